import Foundation
import Media
import Rules
import Storage

/// The messages of `docs/protocol.md`, written by hand because they are made many times a second.
enum LiveJSON {
  /// An object from already encoded values.
  static func object(_ fields: [(String, String)]) -> String {
    var text = ""
    text.reserveCapacity(fields.reduce(2) { $0 + $1.0.utf8.count + $1.1.utf8.count + 4 })
    var before = "{\""
    for (key, value) in fields {
      text += before
      text += key
      text += "\":"
      text += value
      before = ",\""
    }
    text += fields.isEmpty ? "{}" : "}"
    return text
  }

  static func string(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count + 2)
    JSONText.append(text, to: &result)
    return result
  }

  static func list(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

  // MARK: Answers to a command

  static func ok(_ ref: String?) -> String { object([("t", "\"ok\""), ("ref", string(ref ?? ""))]) }

  static func refused(_ error: UserError, ref: String?) -> String {
    object([
      ("t", "\"no\""), ("ref", string(ref ?? "")), ("code", string(error.code.rawValue)),
      ("text", string(error.sentence)),
    ])
  }

  // MARK: Numbered events that the class sees

  static func event(
    _ news: LessonNews, seq: Int64, at: Timestamp, state: LessonState, name: (Person.ID) -> String
  ) -> (kind: String, text: String) {
    var fields = [("t", "\"e\""), ("seq", "\(seq)"), ("at", "\(at.seconds)")]
    let kind = kind(of: news)
    fields.append(("kind", "\"\(kind)\""))
    switch news {
    case .joined(let person, let role):
      let seat = state.seats[person]
      fields += [
        ("person", string(person.rawValue)), ("name", string(name(person))), ("role", string(role.rawValue)),
        ("hand", seat?.handIsUp == true ? "true" : "false"), ("permits", permits(seat?.permits ?? [])),
      ]
    case .left(let person), .lineLost(let person), .waiting(let person):
      fields += [("person", string(person.rawValue)), ("name", string(name(person)))]
    case .permits(let person, let kinds):
      fields += [("person", string(person.rawValue)), ("permits", permits(kinds))]
    case .hand(let person, let up):
      fields += [("person", string(person.rawValue)), ("up", up ? "true" : "false")]
    case .chatMode(let mode): fields.append(("mode", string(mode.rawValue)))
    case .chat(let text, let person):
      fields += [
        ("person", string(person.rawValue)), ("name", string(name(person))), ("text", string(text.text)),
      ]
    case .chatErased(let id): fields.append(("message", string(id.rawValue)))
    case .alarm(let kind, let person):
      fields += [
        ("alarm", string(kind.rawValue)), ("person", string(person.rawValue)), ("name", string(name(person))),
      ]
    default: break
    }
    return (kind, object(fields))
  }

  static func kind(of news: LessonNews) -> String {
    switch news {
    case .opened: "opened"
    case .ended: "ended"
    case .locked: "locked"
    case .unlocked: "unlocked"
    case .frozen: "frozen"
    case .unfrozen: "unfrozen"
    case .teacherAway: "teacherAway"
    case .teacherBack: "teacherBack"
    case .joined: "joined"
    case .left: "left"
    case .lineLost: "lineLost"
    case .waiting: "waiting"
    case .letIn: "letIn"
    case .removed: "removed"
    case .reconnect: "reconnect"
    case .permits: "permits"
    case .hand: "hand"
    case .chatMode: "chatMode"
    case .chat: "chat"
    case .chatErased: "erased"
    case .alarmReceived: "alarmReceived"
    case .alarm: "alarm"
    }
  }

  static func permits(_ kinds: MediaKinds) -> String {
    list(Rules.MediaKind.allCases.filter { kinds.contains(.init($0)) }.map { string($0.rawValue) })
  }

  /// The number of the message that an `erased` event names.
  static func message(of body: String) -> String? {
    (try? JSONDecoder().decode([String: Field].self, from: Data(body.utf8)))?["message"]?.text
  }

  /// What stands in place of an erased message: that there was one, not its words.
  static func erased(_ seq: Int64) -> String {
    object([("t", "\"e\""), ("seq", "\(seq)"), ("kind", "\"gone\"")])
  }

  private struct Field: Decodable {
    let text: String?
    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
  }

  // MARK: Media

  static func feeds(_ feeds: [MediaFeed], butNot person: Person.ID) -> String {
    let entries = feeds.filter { $0.person.rawValue != person.rawValue }.map { feed in
      object([
        ("feed", string(feed.id.rawValue)), ("person", string(feed.person.rawValue)),
        ("kinds", list(feed.kinds.sorted().map { string($0.rawValue) })),
      ])
    }
    return object([("t", "\"feeds\""), ("feeds", list(entries))])
  }

  static func offer(_ offer: WatchOffer, ref: String?) -> String {
    let streams = offer.streams.map { stream in
      object([
        ("mid", string(stream.mid)), ("feed", string(stream.feed.rawValue)),
        ("person", string(stream.person.rawValue)),
        ("kind", string(stream.kind.rawValue)),
      ])
    }
    return object([
      ("t", "\"offer\""), ("ref", string(ref ?? "")), ("sdp", string(offer.sdp)), ("feeds", list(streams)),
      ("fresh", offer.fresh ? "true" : "false"),
    ])
  }

  /// Nothing to change: the page has what it asked for.
  static func noOffer(ref: String?) -> String { object([("t", "\"offer\""), ("ref", string(ref ?? ""))]) }

  static func answer(_ sdp: String, leg: MediaLeg, ref: String?) -> String {
    object([
      ("t", "\"answer\""), ("ref", string(ref ?? "")), ("leg", string(leg.rawValue)), ("sdp", string(sdp)),
    ])
  }
}

/// What a page sends; decoded strictly, unknown fields ignored by name only where the protocol says so.
struct PageMessage: Decodable, Sendable {
  let t: String
  let ref: String?
  let lesson: String?
  let ticket: String?
  let proof: String?
  let password: String?
  let after: Int64?
  let keeps: Bool?
  let text: String?
  let person: String?
  let kind: String?
  let on: Bool?
  let scope: String?
  let mode: String?
  let message: String?
  let leg: String?
  let sdp: String?
  let feeds: [String]?
  let fresh: Bool?
  let candidate: Candidate?
  let id: String?

  struct Candidate: Decodable, Sendable {
    let candidate: String?
    let sdpMid: String?
    let sdpMLineIndex: Int?
  }

  /// Nil when it is no message of the protocol: not JSON, no type, a field of the wrong kind.
  static func read(_ text: String) -> PageMessage? {
    try? JSONDecoder().decode(PageMessage.self, from: Data(text.utf8))
  }

  var target: Person.ID? { person.map { .init(rawValue: String($0.prefix(36))) } }
}
