import Foundation

/// A message from the server (docs/protocol.md), every field of every kind.
struct Heard: Decodable, Sendable {
  struct Someone: Decodable, Sendable {
    let person: String
    let name: String?
    let role: String?
    let live: Bool?
    let hand: Bool?
    let permits: [String]?
  }

  struct Feed: Decodable, Sendable {
    let feed: String
    let person: String
    let kinds: [String]?
    let kind: String?
  }

  let t: String
  let ref, code, text, kind, place, person, name, role, lesson, mode, message, challenge: String?
  let alarm, title, path, id, phase, chat, sdp, leg: String?
  let seq, at: Int64?
  let up, urgent, locked, frozen, teacher, fresh: Bool?
  let you: Someone?
  let people: [Someone]?
  let roster: [Someone]?
  let waiting: [String]?
  let feeds: [Feed]?
  let permits: [String]?

  static func read(_ text: String) -> Heard? { try? JSONDecoder().decode(Heard.self, from: Data(text.utf8)) }

  func isEvent(_ kind: String, of person: String? = nil) -> Bool {
    t == "e" && self.kind == kind && (person == nil || self.person == person)
  }
}
