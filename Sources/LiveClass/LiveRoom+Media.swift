import Media
import Realtime
import Rules

/// What the media server is held to, and what pages learn of it.
extension LiveRoom {
  /// Seconds for which connections that outlived us wait for their pages: nobody listens or is heard unseen for longer.
  static let mediaKeptFor: Int64 = 10

  /// Who has not come back after a restart hears and sends nothing more; without a teacher, nobody does.
  func endForsakenMedia(_ now: Timestamp) {
    guard let since = keptSince, now - since >= Self.mediaKeptFor else { return }
    keptSince = nil
    var orders = keptMedia.sorted().map { MediaOrder.detach($0) }
    keptMedia = []
    if state.phase == .open, !state.teacherPresent { orders.append(.stopAll) }
    services.mediaDesk.carryOut(orders, room: self)
  }

  func legs(of person: Person.ID) async -> Set<MediaLeg> {
    let here = await services.media.participants(in: mediaRoom)
    return here.first { $0.id.rawValue == person.rawValue }?.legs ?? []
  }

  /// What this person may send on a leg at this moment.
  func allowed(_ person: Person.ID) -> Set<Media.MediaKind> {
    var kinds: Set<Media.MediaKind> = []
    if state.maySend(.microphone, person) { kinds.insert(.audio) }
    if state.maySend(.camera, person) { kinds.insert(.video) }
    if state.maySend(.screen, person) { kinds.insert(.screen) }
    return kinds
  }

  func currentPermits(_ person: Person.ID) -> MediaKinds { state.seats[person]?.permits ?? [] }

  func mayReceive(_ person: Person.ID) -> Bool { state.mayReceive(person) }

  func notePublished(_ kinds: Set<Media.MediaKind>, by person: Person.ID) async throws {
    for kind in kinds.sorted() {
      let medium: Rules.MediaKind =
        switch kind {
        case .audio: .microphone
        case .video: .camera
        case .screen: .screen
        }
      try await perform(.publish(medium), by: .person(person))
    }
  }

  /// Tells everybody in the room what can be watched now.
  func sendFeeds() async {
    let feeds = await services.media.feeds(in: mediaRoom)
    for (person, page) in pages where state.seats[person]?.isLiveInRoom == true {
      page.connection.send(LiveJSON.feeds(feeds, butNot: person))
    }
  }

  /// After the media server was lost with all connections: everybody who is here is admitted anew, then pages rebuild.
  func readmit() async {
    let here = state.seats.filter { $0.value.isLiveInRoom }.sorted { $0.key < $1.key }
    services.mediaDesk.carryOut(here.map { .admit($0.key, $0.value.role, $0.value.permits) }, room: self)
    services.mediaDesk.announceAnew(to: self)
  }

  func sendToRoom(_ text: String) {
    for (person, page) in pages where state.seats[person]?.isLiveInRoom == true { page.connection.send(text) }
  }

  func send(_ text: String, to person: Person.ID) { pages[person]?.connection.send(text) }
}
