import Foundation
package import Hummingbird
import HummingbirdCore
package import Identity
import Incidents
import Jobs
import LiveClass
package import Logging
package import Media
import NIOCore
import Organisation
import Realtime
import Rules
package import ServiceLifecycle
package import Storage
import Timetable
package import Web

/// Everything put together: the only place that knows all features.
package struct LopanApplication: Sendable {
  package let database: Database
  package let configuration: Configuration
  package let site: Site
  package let routes: Routes
  package let socket: SocketEndpoint
  package let services: [any Service]
  private let gate: SessionGate
  private let watch: DoorWatch

  /// - Parameters:
  ///   - database: migrated.
  ///   - media: the media server; its own service is run by the caller.
  ///   - hasher: shared, because it bounds the memory of all sign-ins.
  package init(
    database: Database, configuration: Configuration, media: any MediaServer, logger: Logger,
    hasher: PasswordHasher = PasswordHasher()
  ) async throws {
    self.database = database
    self.configuration = configuration
    let (kind, name) = try await database.read { db in
      (try SiteFacts.get("kind", in: db), try SiteFacts.get("name", in: db))
    }
    let site = Site(name: name ?? "LớpAn", isDemo: kind == "demo")
    self.site = site

    let hub = Hub()
    let outbox = Outbox { person, json in
      if let text = PageNotice.text(json) { hub.publish(text, to: Topic("person/\(person)")) }
    }
    let now = database.now
    let timetable = TimetableFeature(database: database, ports: Ports.timetable)
    let desk = AlarmDesk(outbox: outbox, ports: Ports.alarms(timetable.lessons, now: now))
    let memberships = Ports.memberships(timetable.lessons)
    let gate = SessionGate(database: database, site: site, memberships: memberships)
    self.gate = gate
    let live = LiveClassFeature(
      database: database, ports: Ports.liveClass(timetable.lessons, desk, outbox, now: now), hub: hub,
      media: media,
      gate: gate,
      logger: logger)
    let identity = IdentityFeature(
      database: database, hasher: hasher, site: site, isSecure: configuration.isSecure,
      memberships: memberships,
      demoAccounts: site.isDemo ? Demo.accounts : [])
    let health = SystemHealth(database: database, media: media, configuration: configuration) {
      live.openPages
    }
    let home = HomeFeature(database: database, lessons: timetable.lessons, health: health)

    var routes = Routes()
    routes.append(home.routes)
    routes.append(identity.routes)
    routes.append(OrganisationFeature(database: database, publicAddress: configuration.publicAddress).routes)
    routes.append(timetable.routes)
    routes.append(live.routes)
    routes.append(IncidentsFeature(database: database).routes)
    self.routes = routes
    socket = live.socket
    watch = live.watch
    services = [
      live.service,
      JobRunner(
        database: database, handlers: [desk.clockHandler], outbox: outbox,
        mail: try Self.mail(configuration, site),
        logger: logger),
      TimetableClock(timetable: timetable, logger: logger),
    ]
  }

  private static func mail(_ configuration: Configuration, _ site: Site) throws -> MailDelivery? {
    guard let smtp = configuration.smtp else { return nil }
    guard let sender = MailAddress(configuration.mailSender) else { throw ConfigurationFault.senderAddress }
    return MailDelivery(
      transport: try SMTPClient(smtp).transport, sender: sender,
      senderName: site.name, siteAddress: configuration.address,
      emailAddress: { try People.email(of: $0, in: $1) })
  }

  /// The router with all middleware, as tests call it and as the server runs it.
  package func router() -> Router<AppContext> {
    let router = Router(context: AppContext.self)
    router.add(middleware: SecurityHeaders(isTLS: configuration.isSecure))
    if configuration.isBehindProxy { router.add(middleware: ForwardedAddress()) }
    router.add(middleware: CompressedPages())
    router.add(middleware: gate)
    router.add(middleware: ErrorPages(isBusy: { ($0 as? StorageError)?.isPassing ?? false }))
    router.add(middleware: watch)
    Assets.register(on: router)
    routes.register(on: router)
    OpenAPI.register(routes, on: router)
    let database = database
    router.get("/healthz") { _, _ in "ok\n" }
    router.get("/readyz") { _, _ -> Response in
      let isReady = (try? await Migrator(Features.migrations).missing(in: database)) == []
      return Response(status: isReady ? .ok : .serviceUnavailable)
    }
    return router
  }

  /// The server on its port, with all services.
  package func application(
    tls: TLSKeeper?, logger: Logger, more: [any Service] = [],
    onReady: @escaping @Sendable (Int) async -> Void
  ) -> some ApplicationProtocol {
    var application = Application(
      router: router(), server: secureServerBuilder(tls: tls, sockets: socket),
      configuration: .init(
        address: .hostname(configuration.host, port: configuration.port), serverName: nil,
        backlog: ServerLimits.backlog),
      onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) }, logger: logger)
    if let tls { application.addServices(tls) }
    for service in more + services { application.addServices(service) }
    return application
  }
}

extension StorageError {
  /// Whether trying again in a moment can help.
  var isPassing: Bool { reason == .busy || reason == .unreachable || reason == .disk }
}

/// Makes the lessons of weekly slots four weeks ahead, each night and at every start.
private struct TimetableClock: Service {
  let timetable: TimetableFeature
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await timetable.extend()
        } catch {
          logger.error("the timetable could not be extended", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(6 * 3_600))
      }
    }
  }
}
