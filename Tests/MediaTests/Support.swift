import Foundation
import Glibc
import Logging
import Media
import Rules
import Synchronization
import Testing

/// The rules have a word of their own for what a person may send; these tests speak of what the adapter carries.
typealias MediaKind = Media.MediaKind

/// A page's description with everything a real answer needs; the addresses and keys in it lead nowhere.
func offer(_ sections: [String], connection: Int = 4_611_731, mids: [String]? = nil) -> String {
  let bytes = (0..<32).map { String(format: "%02X", ($0 * 7 + connection) & 0xff) }
  let fingerprint = bytes.joined(separator: ":")
  var text = """
    v=0
    o=- \(connection) 2 IN IP4 127.0.0.1
    s=-
    t=0 0
    a=group:BUNDLE \((mids ?? sections.indices.map(String.init)).joined(separator: " "))
    a=msid-semantic: WMS

    """
  for (index, section) in sections.enumerated() {
    let words = section.split(separator: " ")
    let isAudio = words[0] == "audio"
    text += """
      m=\(words[0]) 9 UDP/TLS/RTP/SAVPF \(isAudio ? "111" : "96")
      c=IN IP4 0.0.0.0
      a=rtcp:9 IN IP4 0.0.0.0
      a=ice-ufrag:Xk3b
      a=ice-pwd:6Y1vN0l3Vt8uW2pQz5rS7dEf
      a=ice-options:trickle
      a=fingerprint:sha-256 \(fingerprint)
      a=setup:actpass
      a=mid:\(mids?[index] ?? String(index))
      a=\(words[1])
      a=rtcp-mux
      a=rtpmap:\(isAudio ? "111 opus/48000/2" : "96 VP8/90000")
      a=ssrc:\(1_000 + index) cname:x

      """
  }
  return text.replacing("\n", with: "\r\n")
}

/// Everything that happened so far.
final class EventLog: Sendable {
  private let seen = Mutex<[MediaEvent]>([])
  private let reader = Mutex<Task<Void, Never>?>(nil)

  init(_ media: some MediaServer) {
    let task = Task { [weak self] in
      for await event in media.events { self?.seen.withLock { $0.append(event) } }
    }
    reader.withLock { $0 = task }
  }

  deinit { reader.withLock { $0?.cancel() } }

  var all: [MediaEvent] { seen.withLock { $0 } }
  func count(_ event: MediaEvent) -> Int { all.count { $0 == event } }
}

/// Expects a refusal by its code: the sentence may change.
func refused<Result: Sendable>(
  _ code: String, location: SourceLocation = #_sourceLocation, _ attempt: () async throws -> Result
) async {
  do {
    _ = try await attempt()
    Issue.record("not refused; expected \(code)", sourceLocation: location)
  } catch {
    #expect((error as? UserError)?.code.rawValue == code, sourceLocation: location)
  }
}

/// Waits for a condition, looking a hundred times a second.
func eventually(
  _ what: Comment, within limit: Duration = .seconds(15), location: SourceLocation = #_sourceLocation,
  _ condition: () async -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record(what, sourceLocation: location)
  throw CancellationError()
}

/// A real media server in a folder of its own, ended with everything when the test ends.
struct RealServer {
  let folder: String
  let media: JanusMedia
  let events: EventLog

  /// - Parameter changes: to the settings.
  static func with(
    _ changes: (inout JanusSettings) -> Void = { _ in }, _ body: (RealServer) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/media-test-" + UUID().uuidString
    var settings = JanusSettings(folder: folder)
    // Few ports are enough, and none that a class on this machine would use.
    settings.ports = 52_000...52_999
    changes(&settings)
    let server = RealServer(settings)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await server.running(body)
  }

  init(_ settings: JanusSettings) {
    folder = settings.folder
    media = JanusMedia(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    events = EventLog(media)
  }

  func running(leavingServer: Bool = false, _ body: (RealServer) async throws -> Void) async throws {
    async let life: Void = media.run()
    do {
      try await eventually("media server up") {
        events.all.contains { if case .serverRestored = $0 { true } else { false } }
      }
      try await body(self)
    } catch {
      await media.stop()
      await life
      throw error
    }
    await media.stop(leavingServer: leavingServer)
    await life
  }
}
