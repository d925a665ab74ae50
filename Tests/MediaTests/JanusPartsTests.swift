import Foundation
import Logging
import Rules
import Testing

@testable import Media

struct JanusPartsTests {
  static let modules = [
    "plugins": ["libjanus_videoroom.so", "libjanus_textroom.so", "libjanus_streaming.so"],
    "transports": ["libjanus_websockets.so", "libjanus_http.so", "libjanus_pfunix.so"],
    "loggers": ["libjanus_jsonlog.so"], "events": ["libjanus_wsevh.so"],
  ]
  static let secrets = JanusSecrets(api: "aaa", admin: "bbb", rooms: "ccc")

  func configuration(_ change: (inout JanusSettings) -> Void = { _ in }) throws(UserError)
    -> JanusConfiguration
  {
    var settings = JanusSettings(folder: "/nowhere")
    change(&settings)
    return try JanusConfiguration(
      settings, secrets: Self.secrets, library: "/lib/janus", modules: Self.modules)
  }

  @Test func everythingButTheRoomIsOff() throws {
    let main = try #require(try configuration().files["janus.jcfg"])
    #expect(main.contains("plugins: {\n  disable = \"libjanus_streaming.so,libjanus_textroom.so\""))
    #expect(main.contains("transports: {\n  disable = \"libjanus_http.so,libjanus_pfunix.so\""))
    #expect(main.contains("loggers: {\n  disable = \"libjanus_jsonlog.so\""))
    #expect(main.contains("events: {\n  disable = \"libjanus_wsevh.so\"\n  broadcast = false"))
    for line in [
      "api_secret = \"aaa\"", "admin_secret = \"bbb\"", "hide_dependencies = true", "session_timeout = 60",
    ] {
      #expect(main.contains(line))
    }
  }

  @Test func noPortIsOpened() throws {
    let files = try configuration().files
    let transport = try #require(files["janus.transport.websockets.jcfg"])
    #expect(transport.contains("ws_unix = \"socket/janus.sock\""))
    #expect(
      transport.contains("wss = false") && transport.contains("admin_ws = false")
        && transport.contains("admin_wss = false"))
    #expect(!files.values.contains { $0.contains("port = ") && !$0.contains("rtp_port_range") })
    #expect(files.count == 3)
  }

  @Test func settingsArriveAndChangeTheMark() throws {
    let plain = try configuration()
    let changed = try configuration {
      $0.interfaces = ["eth0", "192.168."]
      $0.publicAddresses = ["203.0.113.9"]
      $0.ports = 30_000...30_999
      $0.eventLoops = 3
    }
    let main = try #require(changed.files["janus.jcfg"])
    for line in [
      "ice_enforce_list = \"eth0,192.168.\"", "nat_1_1_mapping = \"203.0.113.9\"", "keep_private_host = true",
      "rtp_port_range = \"30000-30999\"", "event_loops = 3", "server_name = \"\(changed.mark)\"",
    ] { #expect(main.contains(line)) }
    #expect(plain.mark != changed.mark)
    #expect(try configuration().mark == plain.mark)
  }

  @Test func noSettingBreaksOutOfItsQuotes() {
    for hostile in [
      "eth0\"\napi_secret = \"\"", "", "eth 0", "eth0;", "${x}", String(repeating: "e", count: 65),
    ] {
      #expect(throws: UserError.self) { try configuration { $0.interfaces = [hostile] } }
      #expect(throws: UserError.self) { try configuration { $0.publicAddresses = [hostile] } }
    }
    #expect(throws: UserError.self) { try configuration { $0.ports = 80...90 } }
    #expect(throws: UserError.self) { try configuration { $0.eventLoops = 0 } }
    #expect(throws: UserError.self) { try configuration { $0.reclaimSeconds = 0 } }
  }

  @Test func rootIsGivenUp() {
    let command = JanusSupervisor.command(
      JanusSettings(folder: "/f"), in: "/f/run", as: .init(name: "x", id: 12, group: 34))
    #expect(
      command.contains("--reuid=12") && command.contains("--regid=34") && command.contains("--no-new-privs"))
    #expect(command[2].contains("umask 077"))
  }

  @Test func keysAreLongAndDiffer() {
    let words = (0..<100).map { _ in JanusSecrets.word() }
    #expect(Set(words).count == 100 && words.allSatisfy { $0.count == 32 })
  }

  // MARK: - frames

  @Test("a message arrives whole however it is cut", arguments: [0, 1, 125, 126, 65_535, 65_536, 300_000])
  func frames(size: Int) throws {
    let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    let sent = WebSocketFrames.encode(payload, mask: 0x0102_0304)
    #expect(sent[0] == 0x81 && sent[1] & 0x80 != 0)
    // The server's frame is the same without the mask.
    let head = sent.count - size - 4
    var received = Array(sent[..<head]) + payload
    received[1] &= 0x7f
    var frames = WebSocketFrames()
    for cut in [received[..<min(3, received.count)], received[min(3, received.count)...]] { frames.feed(cut) }
    #expect(try frames.next() == .text(payload))
    #expect(try frames.next() == nil)
  }

  @Test func piecesPingsAndHugeFrames() throws {
    var frames = WebSocketFrames()
    frames.feed([0x01, 1, 65, 0x89, 1, 7, 0x80, 1, 66, 0x88, 0])
    #expect(try frames.next() == .ping([7]))
    #expect(try frames.next() == .text([65, 66]))
    #expect(try frames.next() == .close)
    var huge = WebSocketFrames()
    huge.feed([0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0])
    #expect(throws: WebSocketFrames.Failure.tooLarge) { try huge.next() }
    var masked = WebSocketFrames()
    masked.feed([0x81, 0x81, 0, 0, 0, 0, 65])
    #expect(throws: WebSocketFrames.Failure.unexpected) { try masked.next() }
  }

  // MARK: - journal

  @Test func theBookIsReadAsItWasWritten() throws {
    let path = FileManager.default.temporaryDirectory.path + "/journal-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    var journal = MediaJournal(path: path, logger: logger)
    var book = MediaBook()
    let (room, pupil, teacher) = (
      MediaRoom.ID(rawValue: "r"), MediaParticipant.ID(rawValue: "p"), MediaParticipant.ID(rawValue: "t")
    )
    (book.session, book.control, book.doomed) = (1 << 52, 7, [8, 9])
    book.rooms[room] = .init(spec: MediaRoom(id: room), name: "n", secret: "s", pin: "p")
    book.seats[room] = [pupil: .init(name: "Đặng Ánh", number: 1), teacher: .init(name: "B", number: 2)]
    book[.init(room: room, person: pupil, leg: .cam)] = .init(
      handle: 5, feed: .init(rawValue: "f"), kinds: ["0": .audio])
    journal.save(book)
    book.seats[room]?[pupil]?.muted = [.audio]
    book.seats[room]?[teacher] = nil
    journal.save(book)
    func same(_ other: MediaBook) -> Bool {
      other.session == book.session && other.control == book.control && other.doomed == book.doomed
        && other.rooms == book.rooms && other.seats == book.seats
    }
    #expect(same(MediaJournal(path: path, logger: logger).load()))

    // A line torn by a kill in the middle of a write.
    var text = try #require(FileManager.default.contents(atPath: path))
    text += Data(#"{"key":"seat r p","seat":{"na"#.utf8)
    try text.write(to: URL(filePath: path))
    #expect(same(MediaJournal(path: path, logger: logger).load()))
  }

  @Test func logLinesAreSorted() {
    #expect(JanusLog.level(of: "[x] [FATAL] [a:b:1] No transport") == .error)
    #expect(JanusLog.level(of: "[x] [ERR] [a:b:1] Invalid") == .warning)
    #expect(JanusLog.level(of: "[x] [WARN] Plugin 'y' has been disabled, skipping...") == nil)
    #expect(JanusLog.level(of: "[x] Creating new session") == nil)
  }
}
