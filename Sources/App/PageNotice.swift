import Foundation

/// A message of the outbox as pages show it: `notice` of docs/protocol.md.
struct PageNotice: Codable {
  let t: String
  let id: String
  let kind: String
  let title: String
  let text: String
  let path: String?
  let urgent: Bool
  let at: Int64

  private struct Posted: Decodable {
    let id: String
    let kind: String
    let subject: String
    let body: String
    let link: String?
    let urgency: String
    let at: Int64
  }

  /// - Parameter json: what `Outbox` hands on for a page.
  static func text(_ json: String) -> String? {
    guard let posted = try? JSONDecoder().decode(Posted.self, from: Data(json.utf8)) else { return nil }
    let notice = PageNotice(
      t: "notice", id: posted.id, kind: posted.kind, title: posted.subject, text: posted.body,
      path: posted.link,
      urgent: posted.urgency == "urgent", at: posted.at)
    return (try? JSONEncoder().encode(notice)).map { String(decoding: $0, as: UTF8.self) }
  }
}
