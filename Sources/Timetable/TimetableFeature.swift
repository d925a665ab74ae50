import Hummingbird
package import Rules
package import Storage
package import Web

/// When which class learns what with whom, and in which lesson somebody stands in.
package struct TimetableFeature: Sendable {
  let database: Database
  let ports: TimetablePorts
  /// The questions and changes of the timetable, for the application to build other features' ports from.
  package let lessons: Lessons

  package init(database: Database, ports: TimetablePorts) {
    self.database = database
    self.ports = ports
    lessons = Lessons(ports: ports)
  }

  package static var migrations: [Migration] { TimetableMigrations.all }

  package var routes: Routes {
    var routes = Routes()
    addTimetableRoutes(to: &routes)
    addPlanningRoutes(to: &routes)
    return routes
  }

  /// Makes the lessons of weekly slots four weeks ahead; to be run once a day, and again without harm.
  ///
  /// - Returns: how many lessons were made.
  @discardableResult
  package func extend() async throws -> Int {
    let until = Day(at: database.now()).adding(days: Lessons.daysAhead)
    let lessons = lessons
    return try await database.write { try lessons.extend(until: until, in: $0) }
  }
}

/// What the timetable asks of the organisation.
package struct TimetablePorts: Sendable {
  package struct ClassInfo: Sendable, Equatable {
    package let unit: OrgUnit.ID
    package let name: String
    /// The last day of its school year, inclusive.
    package let lastDay: Day

    package init(unit: OrgUnit.ID, name: String, lastDay: Day) {
      self.unit = unit
      self.name = name
      self.lastDay = lastDay
    }
  }

  /// Somebody who teaches a subject in a class.
  package struct Teaching: Sendable, Equatable, Hashable {
    package let teacher: Person.ID
    package let subject: SchoolSubject.ID

    package init(teacher: Person.ID, subject: SchoolSubject.ID) {
      self.teacher = teacher
      self.subject = subject
    }
  }

  package typealias Question<Asked, Answer> = @Sendable (Asked, any Connection) throws -> Answer

  let classes: Question<[SchoolClass.ID], [SchoolClass.ID: ClassInfo]>
  let subjectNames: Question<[SchoolSubject.ID], [SchoolSubject.ID: String]>
  let teachings: @Sendable (SchoolClass.ID, Day, any Connection) throws -> [Teaching]
  let teachers: @Sendable (OrgUnit.ID, Day, any Connection) throws -> [Person.ID]
  let classesOfSchool: @Sendable (OrgUnit.ID, Day, any Connection) throws -> [SchoolClass.ID]
  let permission: @Sendable (SchoolClass.ID, Day, any Connection) throws -> Subject?

  /// - Parameters:
  ///   - classes: unit, name and last day of classes.
  ///   - teachings: who teaches what in a class on a day.
  ///   - teachers: everybody who teaches in a school on a day.
  ///   - classesOfSchool: the classes of a school in the year of a day, in the order in which people read them.
  ///   - permission: what a permission concerning a class is asked about.
  package init(
    classes: @escaping Question<[SchoolClass.ID], [SchoolClass.ID: ClassInfo]>,
    subjectNames: @escaping Question<[SchoolSubject.ID], [SchoolSubject.ID: String]>,
    teachings: @escaping @Sendable (SchoolClass.ID, Day, any Connection) throws -> [Teaching],
    teachers: @escaping @Sendable (OrgUnit.ID, Day, any Connection) throws -> [Person.ID],
    classesOfSchool: @escaping @Sendable (OrgUnit.ID, Day, any Connection) throws -> [SchoolClass.ID],
    permission: @escaping @Sendable (SchoolClass.ID, Day, any Connection) throws -> Subject?
  ) {
    self.classes = classes
    self.subjectNames = subjectNames
    self.teachings = teachings
    self.teachers = teachers
    self.classesOfSchool = classesOfSchool
    self.permission = permission
  }
}
