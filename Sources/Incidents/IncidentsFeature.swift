import Hummingbird
import Identity
import Jobs
import Rules
package import Storage
package import Web

/// Alarms: raised in two touches, told to whom the rules name, followed until somebody has taken them up.
package struct IncidentsFeature: Sendable {
  package static let migrations = IncidentsMigrations.all

  let database: Database

  package init(database: Database) { self.database = database }

  package var routes: Routes {
    var routes = Routes()
    routes.get("/alarms", .viewHome, alarmsPage)
    routes.get("/alarms/:alarm", .viewAlarm, alarmPage)
    routes.post("/alarms/:alarm/acknowledgement", .acknowledgeAlarm, createAcknowledgement)
    routes.post("/messages/:message/read", .viewHome, createReading)
    return routes
  }

  // MARK: Handlers

  @Sendable func alarmsPage(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.viewHome)
    let (alarms, acknowledged) = try await database.read { db in
      let alarms = try AlarmStore.list(for: viewer.person.id, units: viewer.units(as: .head), in: db)
      return (alarms, Set(try alarms.filter { try AlarmStore.isAcknowledged($0.id, in: db) }.map(\.id)))
    }
    return AlarmPages.list(alarms, acknowledged: acknowledged, now: database.now()).response(in: context)
  }

  @Sendable func alarmPage(_ request: Request, _ context: AppContext) async throws -> Response {
    let (stored, viewer) = try await find(context, .viewAlarm)
    let view = try await database.read { db in
      let addressees = try AlarmStore.addressees(of: stored.id, in: db)
      return AlarmPages.View(
        stored: stored, addressees: addressees,
        names: try People.names(of: Array(Set(addressees.map(\.person))), in: db),
        receipts: try Outbox.receipts(of: stored.id.rawValue, in: db),
        exceptions: try AlarmStore.exceptions(of: stored.id, in: db),
        acknowledged: try AlarmStore.acknowledgements(of: stored.id, in: db), viewer: viewer)
    }
    // Opening the page is the receipt that counts: the reader need not press anything more.
    try await database.write { db in
      for message in try Outbox.messages(for: viewer.person.id, unreadOnly: true, limit: 200, in: db)
      where message.cause == stored.id.rawValue {
        try Outbox.markRead(message.id, by: viewer.person.id, in: db)
      }
    }
    return AlarmPages.alarm(view, now: database.now()).response(in: context)
  }

  @Sendable func createAcknowledgement(_ request: Request, _ context: AppContext) async throws -> Response {
    let (stored, viewer) = try await find(context, .acknowledgeAlarm)
    try await database.write { db in
      guard try AlarmStore.acknowledge(stored.id, by: viewer.person.id, in: db) else { return }
      try db.publish(
        Event("alarm.acknowledged", unit: stored.alarm.unit, by: viewer.person.id, of: stored.id.rawValue))
    }
    return .seeOther("/alarms/\(stored.id)")
  }

  @Sendable func createReading(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.viewHome)
    let id: OutboxMessage.ID = try context.id("message")
    let isTheirs = try await database.write { try Outbox.markRead(id, by: viewer.person.id, in: $0) }
    guard isTheirs else { throw UserError.notFound }
    return request.wantsJSON ? Response(status: .noContent) : .seeOther("/alarms")
  }

  /// Who was told may look, whatever their place in the table: they hold the duty. Everybody else asks the table.
  private func find(_ context: AppContext, _ action: Action) async throws -> (AlarmStore.Stored, Viewer) {
    let id: Alarm.ID = try context.id("alarm")
    let person = context.viewer?.person.id
    let (stored, wasTold) = try await database.read { db in
      (
        try AlarmStore.find(id, in: db),
        try person.map { try AlarmStore.isAddressee($0, of: id, in: db) } ?? false
      )
    }
    guard let stored else { throw UserError.notFound }
    let subject = Subject(unit: stored.alarm.unit, schoolClass: stored.alarm.schoolClass)
    do {
      return (stored, try context.require(action, on: subject))
    } catch  where wasTold {
      // A guardian, or yesterday's substitute.
      return (stored, try context.require(.viewHome))
    }
  }
}
