import Rules

/// What we know of the rooms: a value, so that it can be written down and read back whole.
struct MediaBook: Sendable {
  /// One connection of a page, and what the server calls it.
  struct Leg: Hashable, Codable, Sendable {
    var handle: Int64
    /// Of a sending leg: its feed, what each section sends, and the number of the page's connection.
    var feed: MediaFeed.ID?
    var kinds: [String: MediaKind] = [:]
    var origin = ""
    /// Whether media can flow.
    var isLive = false
    /// Of a receiving leg: all sections of its last offer in order, those in use, and whether an answer is
    /// awaited.
    var mids: [String] = []
    var streams: [WatchOffer.Stream] = []
    var isOffered = false
  }

  struct Seat: Hashable, Codable, Sendable {
    var name: String
    /// Differs for each admission, so that work begun for an earlier one of the same person is recognised.
    var number: UInt64
    var muted: Set<MediaKind> = []
    var paused: Set<MediaKind> = []
    var legs: [MediaLeg: Leg] = [:]
  }

  struct Room: Hashable, Codable, Sendable {
    var spec: MediaRoom
    /// The server's name for it, and the keys to change and to join it: random, known to us alone.
    var name: String
    var secret: String
    var pin: String
  }

  /// Where one leg stands.
  struct Place: Hashable, Sendable {
    let room: MediaRoom.ID
    let person: MediaParticipant.ID
    let leg: MediaLeg
  }

  var session: Int64?
  /// The handle for requests about rooms.
  var control: Int64?
  /// Handles of removed people that could not be ended yet because the server was away.
  var doomed: Set<Int64> = []
  var rooms: [MediaRoom.ID: Room] = [:]
  var seats: [MediaRoom.ID: [MediaParticipant.ID: Seat]] = [:]

  subscript(_ place: Place) -> Leg? {
    get { seats[place.room]?[place.person]?.legs[place.leg] }
    set { seats[place.room]?[place.person]?.legs[place.leg] = newValue }
  }

  var places: [(place: Place, leg: Leg)] {
    seats.flatMap { room, people in
      people.flatMap { person, seat in
        seat.legs.map { (Place(room: room, person: person, leg: $0), $1) }
      }
    }
  }

  func place(of handle: Int64) -> Place? {
    for (room, people) in seats {
      for (person, seat) in people {
        if let leg = seat.legs.first(where: { $0.value.handle == handle })?.key {
          return Place(room: room, person: person, leg: leg)
        }
      }
    }
    return nil
  }

  func publishers(in room: MediaRoom.ID) -> Int {
    (seats[room] ?? [:]).values.reduce(0) { $0 + $1.legs.values.count { $0.feed != nil } }
  }

  /// What can be watched: feeds whose media can flow, by id.
  func feeds(in room: MediaRoom.ID) -> [MediaFeed] {
    (seats[room] ?? [:]).flatMap { person, seat in
      seat.legs.values.compactMap { leg in
        guard let feed = leg.feed, leg.isLive else { return nil }
        return MediaFeed(id: feed, person: person, kinds: Set(leg.kinds.values))
      }
    }.sorted { $0.id < $1.id }
  }

  func participants(in room: MediaRoom.ID) -> [MediaParticipant] {
    (seats[room] ?? [:]).map { id, seat in
      MediaParticipant(id: id, name: seat.name, legs: Set(seat.legs.keys), muted: seat.muted)
    }.sorted { $0.id < $1.id }
  }

  /// Every section that a set of feeds sends.
  func streams(of feeds: [MediaFeed.ID], in room: MediaRoom.ID, butNot person: MediaParticipant.ID)
    -> [MediaStream]
  {
    let wanted = Set(feeds)
    return (seats[room] ?? [:]).flatMap { owner, seat -> [MediaStream] in
      guard owner != person else { return [] }
      return seat.legs.values.flatMap { leg -> [MediaStream] in
        guard let feed = leg.feed, leg.isLive, wanted.contains(feed) else { return [] }
        return leg.kinds.map { MediaStream(feed: feed, section: $0, person: owner, kind: $1) }
      }
    }.sorted { ($0.feed.rawValue, $0.section) < ($1.feed.rawValue, $1.section) }
  }

  /// Forgets every connection, because the server that held them is gone.
  /// - Returns: the feeds that ended with it.
  mutating func dropLegs() -> [(room: MediaRoom.ID, person: MediaParticipant.ID, feed: MediaFeed.ID)] {
    let ended = places.compactMap { entry in
      entry.leg.feed.map { (entry.place.room, entry.place.person, $0) }
    }
    for (room, people) in seats {
      for person in people.keys { seats[room]?[person]?.legs = [:] }
    }
    (session, control, doomed) = (nil, nil, [])
    return ended
  }
}

/// One section of one feed.
struct MediaStream: Hashable, Sendable {
  let feed: MediaFeed.ID
  let section: String
  let person: MediaParticipant.ID
  let kind: MediaKind
}
