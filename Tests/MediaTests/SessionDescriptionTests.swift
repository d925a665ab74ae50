import Foundation
import Media
import Rules
import Testing

struct SessionDescriptionTests {
  static let everything = Set(MediaKind.allCases)

  static let grantRows: [(sections: [String], leg: MediaLeg, allowed: Set<MediaKind>, code: String?)] = [
    (["audio sendonly"], .cam, [.audio], nil),
    (["audio sendonly", "video sendonly"], .cam, [.audio, .video], nil),
    (["audio sendrecv"], .cam, [.audio], nil),
    (["audio sendonly", "video inactive"], .cam, [.audio], nil),
    (["audio sendonly", "video recvonly"], .cam, [.audio], nil),
    (["video sendonly"], .screen, [.screen], nil),
    (["video sendonly", "audio sendonly"], .screen, [.screen, .audio], nil),
    // A kind that was not allowed, alone or beside one that was.
    (["audio sendonly"], .cam, [], "MED-001"),
    (["audio sendonly", "video sendonly"], .cam, [.audio], "MED-001"),
    (["video sendonly"], .cam, [.screen], "MED-001"),
    (["video sendonly"], .screen, [.video, .audio], "MED-001"),
    // A microphone that calls itself a screen.
    (["audio sendonly"], .screen, [.screen], "MED-001"),
    (["audio sendonly"], .screen, [.audio], "MED-001"),
    // A channel past our chat, however idle.
    (["application inactive"], .cam, everything, "MED-001"),
    // The receiving leg never sends.
    (["audio sendonly"], .watch, everything, "MED-001"),
    // Two cameras on one leg.
    (["video sendonly", "video sendonly"], .cam, [.video], "MED-002"),
  ]

  @Test("a description sends what was allowed or is refused whole", arguments: grantRows.indices)
  func grants(_ row: Int) throws {
    let (sections, leg, allowed, code) = Self.grantRows[row]
    let description = try SessionDescription(offer(sections))
    do {
      let kinds = try description.kinds(on: leg, allowed: allowed)
      #expect(code == nil)
      #expect(Set(kinds.values).isSubset(of: allowed))
    } catch {
      #expect(error.code.rawValue == code)
    }
  }

  static let hazardRows: [(what: String, change: @Sendable (String) -> String)] = [
    ("empty", { _ in "" }),
    ("no version", { String($0.dropFirst(5)) }),
    ("section hidden behind a blank", { $0.replacing("m=video", with: " m=video") }),
    ("section in capitals", { $0.replacing("m=video", with: "M=video") }),
    ("section hidden behind a bare carriage return", { $0.replacing("\r\nm=video", with: "\rm=video") }),
    ("zero byte", { $0.replacing("s=-", with: "s=\0") }),
    ("other writing", { $0.replacing("s=-", with: "s=lớp") }),
    ("direction for all sections", { $0.replacing("t=0 0", with: "t=0 0\r\na=sendrecv") }),
    ("two directions", { $0.replacing("a=sendonly", with: "a=inactive\r\na=sendonly") }),
    ("two names for a section", { $0.replacing("a=mid:0", with: "a=mid:0\r\na=mid:9") }),
    ("no name for a section", { $0.replacing("a=mid:0\r\n", with: "") }),
    ("one name for two sections", { $0.replacing("a=mid:1", with: "a=mid:0") }),
    ("unknown medium", { $0.replacing("m=video", with: "m=text") }),
    ("unencrypted", { $0.replacing("UDP/TLS/RTP/SAVPF", with: "RTP/AVP") }),
    ("bad port", { $0.replacing("m=video 9 ", with: "m=video 99999 ") }),
    ("long line", { $0 + "a=" + String(repeating: "x", count: 3_000) + "\r\n" }),
    ("many lines", { $0 + String(repeating: "a=x\r\n", count: 4_000) }),
    ("many sections", { $0 + (2..<90).map { "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:\($0)\r\n" }.joined() }),
    (
      "many candidates",
      { $0 + String(repeating: "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n", count: 65) }
    ),
    ("odd candidate", { $0 + "a=candidate:1 1 udp 1 $(reboot) 1 typ host x\u{7}\r\n" }),
    ("no origin", { $0.replacing("o=- ", with: "i=- ") }),
    ("origin that is no number", { $0.replacing("4611731", with: "abc") }),
  ]

  @Test("what no browser writes is refused", arguments: hazardRows.indices)
  func hazards(_ row: Int) {
    let text = Self.hazardRows[row].change(offer(["audio sendonly", "video sendonly"]))
    #expect(throws: UserError.self, "\(Self.hazardRows[row].what)") { try SessionDescription(text) }
  }

  @Test func tooLongIsSaidSo() {
    let text = String(repeating: "x", count: SessionDescription.offerLimit + 1)
    #expect { try SessionDescription(text) } throws: { ($0 as? UserError)?.code.rawValue == "MED-003" }
  }

  /// Mutations never get a kind through that was not allowed, and what goes on reads as what was checked.
  @Test func garbageNeverWidensAGrant() async throws {
    let seeds = ["audio sendonly", "video sendonly", "video inactive", "audio recvonly"]
    var generator = Seeded(state: 7)
    var accepted = 0
    for round in 0..<3_000 {
      if round % 20 == 0 { await Task.yield() }
      var bytes = Array(
        offer(
          (0..<Int.random(in: 1...3, using: &generator)).map { _ in seeds.randomElement(using: &generator)! }
        ).utf8)
      for _ in 0..<Int.random(in: 0...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0...3, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: Array("\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n".utf8), at: place)
        default: bytes.removeLast(min(bytes.count - 1, place))
        }
      }
      guard let read = try? SessionDescription(String(decoding: bytes, as: UTF8.self)) else { continue }
      accepted += 1
      let again = try SessionDescription(read.text)
      #expect(again.sections == read.sections && again.text == read.text)
      if let kinds = try? read.kinds(on: .cam, allowed: [.audio]) {
        #expect(kinds.values.allSatisfy { $0 == .audio })
        // Counted the plain way, on the text that goes on.
        let sending = read.text.components(separatedBy: "m=").dropFirst().filter {
          !$0.contains("a=inactive\r\n") && !$0.contains("a=recvonly\r\n")
        }
        #expect(sending.allSatisfy { $0.hasPrefix("audio") })
      }
    }
    #expect(accepted > 200)
  }

  @Test func anAnswerThatSendsIsRefused() throws {
    try SessionDescription(offer(["audio recvonly", "video inactive"])).receivesOnly(["0", "1"])
    for (sections, mids) in [
      (["audio sendrecv"], ["0"]), (["audio recvonly"], ["0", "1"]), (["audio recvonly"], ["7"]),
    ] {
      #expect(throws: UserError.self) { try SessionDescription(offer(sections)).receivesOnly(mids) }
    }
  }

  @Test(
    "only candidates that a browser writes",
    arguments: [
      (
        "candidate:842163049 1 udp 1677729535 192.0.2.7 54321 typ srflx raddr 0.0.0.0 rport 0 generation 0",
        true
      ),
      ("candidate:1 1 UDP 1 2001:db8::1 9 typ host", true),
      ("candidate:1 1 udp 1 0b7c1a5e-1f2d.local 9 typ host", true),
      ("candidate:1 1 tcp 1 192.0.2.7 9 typ host tcptype active", true),
      ("candidate:1 1 udp 1 192.0.2.7 99999 typ host", false),
      ("candidate:1 1 icmp 1 192.0.2.7 9 typ host", false),
      ("candidate:1 1 udp 1 192.0.2.7 9 typ host\r\nm=video 9 x 0", false),
      ("a=candidate:1 1 udp 1 192.0.2.7 9 typ host", false),
      ("", false),
      ("candidate:1 1 udp 1 " + String(repeating: "x", count: 600) + " 9 typ host", false),
    ])
  func candidates(text: String, isGood: Bool) {
    #expect(((try? IceCandidate(text: text, mid: "0", line: 0)) != nil) == isGood)
    #expect(throws: UserError.self) { try IceCandidate(text: text, mid: "a b", line: 0) }
    #expect(throws: UserError.self) { try IceCandidate(text: text, mid: "0", line: -1) }
  }
}

/// SplitMix64: the same on each run.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
