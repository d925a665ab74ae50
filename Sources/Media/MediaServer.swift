package import Rules

/// Sound and pictures of the lessons of one media server, as the rest of the program sees it.
///
/// Every argument is decided by us: rooms, participants and names come from the roster and the admission
/// rule, never from a page. A page only supplies session descriptions and candidates, and both are checked
/// before they go on. What the server behind it calls things (sessions, handles, keys) never leaves the
/// adapter.
///
/// The order of a lesson: `openRoom`, `admit` each person, then their `publish`, `watch` and `accept` in any
/// order;
/// `remove` and `closeRoom` at the end. Nobody who is not admitted can send or receive, also when a request
/// of theirs is under way at the moment of removal.
package protocol MediaServer: Sendable {
  /// What happens, in order. One reader; after 4,096 unread events the newest are dropped and an error is
  /// logged.
  var events: AsyncStream<MediaEvent> { get }

  /// Whether the server answers now, and what is wrong when it does not.
  func probe() async -> MediaHealth

  /// Opens the room or, when it is open, takes over its new limits for what is published from now on.
  /// With the server away the room is noted and made when it is back.
  func openRoom(_ room: MediaRoom) async throws(UserError)

  /// Removes everybody and ends the room. Nothing happens when it is not open.
  func closeRoom(_ room: MediaRoom.ID) async

  /// Lets this person send and receive, within what each later call allows.
  ///
  /// - Parameter name: what others see, made from the roster. Admitting again only changes the name.
  /// - Throws: MED-005 when the room is not open.
  func admit(_ person: MediaParticipant.ID, as name: String, to room: MediaRoom.ID) async throws(UserError)

  /// Takes up, or changes, what this person sends on one leg.
  ///
  /// - Parameters:
  ///   - offer: the page's description, <= 32 KB.
  ///   - allowed: the kinds this person may send now. A description that would send anything else is refused
  ///     whole.
  /// - Returns: the answer for the page.
  /// - Throws: MED-001 not allowed, MED-002 malformed, MED-003 too large, MED-004 not admitted, MED-005 room
  ///   not open,
  ///   MED-006 server away, MED-008 too many senders, MED-009 another request for this leg is under way.
  func publish(
    _ offer: String, on leg: MediaLeg, by person: MediaParticipant.ID, in room: MediaRoom.ID,
    allowed: Set<MediaKind>
  ) async throws(UserError) -> String

  /// Makes these feeds, and no others, what this person receives.
  ///
  /// - Parameters:
  ///   - feeds: feeds of this room. Unknown ones and the person's own are left out: they may just have ended.
  ///   - fresh: true when the page has no receiving connection (any more).
  /// - Returns: an offer for the page to answer through `accept`; nil when there is nothing to change.
  /// - Throws: MED-004, MED-005, MED-006, MED-008, MED-009.
  func watch(
    _ feeds: [MediaFeed.ID], by person: MediaParticipant.ID, in room: MediaRoom.ID, fresh: Bool
  ) async throws(UserError) -> WatchOffer?

  /// The page's answer to the last offer.
  /// - Throws: MED-001 when the answer would send, MED-002, MED-003, MED-004, MED-005, MED-006, MED-009 when
  ///   no offer is open.
  func accept(_ answer: String, by person: MediaParticipant.ID, in room: MediaRoom.ID) async throws(UserError)

  /// One network address of the page for a leg; nil says that there are no more.
  /// - Throws: MED-002, MED-004, MED-005, MED-006, MED-008 after 64 candidates on one leg.
  func candidate(
    _ candidate: IceCandidate?, on leg: MediaLeg, by person: MediaParticipant.ID, in room: MediaRoom.ID
  ) async throws(UserError)

  /// Silences one kind of this person at the server, where the page cannot undo it, until called with false.
  /// It also holds for what the person publishes later.
  func mute(
    _ kind: MediaKind, _ muted: Bool, of person: MediaParticipant.ID, in room: MediaRoom.ID
  ) async throws(UserError)

  /// Stops sending these kinds *to* this person (low-data mode); an empty set sends everything again.
  func pause(
    _ kinds: Set<MediaKind>, for person: MediaParticipant.ID, in room: MediaRoom.ID
  ) async throws(UserError)

  /// Ends one leg at the server. Nothing happens when there is none.
  func unpublish(_ leg: MediaLeg, by person: MediaParticipant.ID, in room: MediaRoom.ID) async

  /// Ends all legs of this person at once; nothing of theirs is accepted afterwards until they are admitted
  /// again.
  func remove(_ person: MediaParticipant.ID, from room: MediaRoom.ID) async

  /// Who is admitted, by id.
  func participants(in room: MediaRoom.ID) async -> [MediaParticipant]

  /// What can be watched now, by id.
  func feeds(in room: MediaRoom.ID) async -> [MediaFeed]

  func stats() async -> MediaStats

  /// Makes the open rooms exactly these: after a restart of our program, from its database.
  func restore(_ rooms: [MediaRoom]) async
}
