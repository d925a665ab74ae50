import Hummingbird
import Rules
package import Storage
package import Web

/// Units, classes and accounts of a school: who belongs where, from which day to which.
package struct OrganisationFeature: Sendable {
  let database: Database
  let imports: ClassListImport
  let printer: DocumentPrinter
  /// `lop.truong.example` or with a port; nil to use the address that the browser asked for.
  let publicAddress: String?

  /// - Parameter publicAddress: host, with a port where it is not 443; printed on account slips.
  package init(database: Database, publicAddress: String? = nil) {
    self.database = database
    self.publicAddress = publicAddress
    imports = ClassListImport(database: database)
    printer = DocumentPrinter()
  }

  package static var migrations: [Migration] { OrganisationMigrations.all }

  package var routes: Routes {
    var routes = Routes()
    addClassRoutes(to: &routes)
    addImportRoutes(to: &routes)
    addDeskRoutes(to: &routes)
    addSlipRoutes(to: &routes)
    addUnitRoutes(to: &routes)
    addChildRoutes(to: &routes)
    addSetupRoutes(to: &routes)
    addStaffRoutes(to: &routes)
    addStaffAccountRoutes(to: &routes)
    addAssignmentRoutes(to: &routes)
    return routes
  }

  var today: Day { Day(at: database.now()) }

  // MARK: The second and third step of every handler

  /// A class with the viewer who may do this to it.
  ///
  /// - Throws: LOP-111 for a class that does not exist, LOP-101 when the table says no.
  func require(
    _ action: Action, onClass id: SchoolClass.ID, _ context: AppContext
  ) async throws -> (viewer: Viewer, facts: Schools.ClassFacts, subject: Subject) {
    let today = today
    let found = try await database.read { db -> (Schools.ClassFacts, Subject)? in
      guard let facts = try Schools.facts(of: id, in: db),
        let subject = try Schools.subject(ofClass: id, on: today, in: db)
      else { return nil }
      return (facts, subject)
    }
    guard let (facts, subject) = found else { throw UserError.notFound }
    return (try context.require(action, on: subject), facts, subject)
  }

  /// A school with the viewer who may do this to it.
  ///
  /// - Throws: LOP-101 when the table says no, LOP-111 for a unit without a name today.
  func require(
    _ action: Action, onUnit context: AppContext
  ) async throws -> (viewer: Viewer, unit: Schools.Unit, subject: Subject) {
    let id: OrgUnit.ID = try context.id("unit")
    let today = today
    let (unit, subject) = try await database.read { db in
      (try Schools.unit(id, on: today, in: db), try Schools.subject(ofUnit: id, on: today, in: db))
    }
    let viewer = try context.require(action, on: subject)
    guard let unit else { throw UserError.notFound }
    return (viewer, unit, subject)
  }
}

/// What the page may offer: the answers of the permission table that the checks give as well.
struct Powers {
  let viewer: Viewer
  let subject: Subject

  func may(_ action: Action) -> Bool { Permissions.allows(viewer, action, on: subject) }
}
