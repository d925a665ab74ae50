import NIOCore
@testable import Realtime
import Synchronization
import Testing
import Web

private final class Told: Sendable {
  let last = Mutex(0)
}

/// A hub behind a server: a page subscribes to the topics in its query, `/live?a,b`.
private struct Room: Sendable {
  let hub: Hub
  let count = SocketCount()
  let connections = Inbox()
  var held = false
  var limits = SocketLimits()

  final class Inbox: Sendable {
    private let all = Mutex<[SocketConnection]>([])
    func add(_ connection: SocketConnection) { all.withLock { $0.append(connection) } }
    var list: [SocketConnection] { all.withLock { $0 } }
  }

  init(hub: Hub = .init()) { self.hub = hub }

  var endpoint: SocketEndpoint {
    SocketEndpoint(path: "/live", limits: limits, count: count) { request in
      SocketAnswer.accept(request.query.split(separator: ",").map { Topic(String($0)) })
    } serve: { connection, topics in
      for topic in topics { hub.subscribe(connection, to: topic, held: held) }
      connections.add(connection)
      for await _ in connection.messages {}
    }
  }

  func open(_ count: Int, _ port: Int, _ topics: String) async throws -> [TestPage] {
    var pages: [TestPage] = []
    let before = connections.list.count
    for _ in 0..<count { pages.append(try await TestPage.open(port, path: "/live?\(topics)")) }
    await eventually("all are seated") { connections.list.count == before + count }
    return pages
  }
}

@Suite struct HubTests {
  @Test func textReachesItsTopicOnly() async throws {
    let room = Room()
    try await withServer(sockets: room.endpoint, loops: 2) { port, _ in
      let a = try await room.open(3, port, "a")
      let b = try await room.open(3, port, "b")
      let both = try await room.open(2, port, "a,b")
      room.hub.publish("một", to: Topic("a"))
      room.hub.publish("hai", to: Topic("b"))
      room.hub.publish("ba", to: Topic("nobody"))
      await eventually("everybody has theirs") {
        a.allSatisfy { $0.texts == ["một"] } && b.allSatisfy { $0.texts == ["hai"] }
          && both.allSatisfy { Set($0.texts) == ["một", "hai"] }
      }
      #expect(room.hub.topicCount == 2)
      for page in a + b + both { page.end() }
      await eventually("nothing is left of the topics") { room.hub.topicCount == 0 && room.count.now == 0 }
    }
  }

  @Test func allSeeOneOrderUnderEightPublishers() async throws {
    let room = Room()
    try await withServer(sockets: room.endpoint, loops: 2) { port, _ in
      let pages = try await room.open(10, port, "a")
      await withTaskGroup(of: Void.self) { group in
        for publisher in 0..<8 {
          group.addTask {
            for number in 0..<200 { room.hub.publish("\(publisher) \(number)", to: Topic("a")) }
          }
        }
      }
      await eventually("all 1600 everywhere") { pages.allSatisfy { $0.texts.count == 1_600 } }
      #expect(Set(pages.map(\.texts)).count == 1)
      for publisher in 0..<8 {
        let own = pages[0].texts.filter { $0.hasPrefix("\(publisher) ") }
        #expect(own == (0..<200).map { "\(publisher) \($0)" })
      }
      for page in pages { page.end() }
    }
  }

  @Test func nothingPublishedAfterCutOffArrives() async throws {
    let room = Room()
    try await withServer(sockets: room.endpoint, loops: 2) { port, _ in
      for _ in 0..<20 {
        let page = try await room.open(1, port, "a,b")[0]
        let removed = room.connections.list.last!  // just opened
        let told = Told()
        let last = await withTaskGroup(of: Int.self) { group in
          group.addTask {
            for number in 1...500 {
              told.last.withLock { told in
                room.hub.publish("\(number)", to: Topic("a"))
                told = number
              }
            }
            return 0
          }
          group.addTask {
            told.last.withLock { told in
              room.hub.cutOff(removed, from: Topic("a"))
              return told
            }
          }
          return await group.reduce(0, +)
        }
        room.hub.publish("end", to: Topic("b"))
        await eventually("what still came") { page.texts.last == "end" }
        #expect(page.texts.dropLast().elementsEqual((0..<last).map { "\($0 + 1)" }))
        page.end()
      }
    }
  }

  @Test func slowReaderIsDroppedWhileOthersGoOn() async throws {
    var room = Room()
    room.limits.closing = .milliseconds(300)
    // Longer than the test: it must be the bound that drops the slow one.
    room.limits.silence = .seconds(60)
    try await withServer(sockets: room.endpoint) { port, _ in
      let quick = try await room.open(3, port, "a")
      let slow = try await TestPage.open(port, path: "/live?a", receiveBuffer: 4_096)
      await eventually("seated") { room.connections.list.count == 4 }
      try await slow.stopReading()
      let text = String(repeating: "x", count: 8_000)
      var sent = 0
      while room.count.now == 4, sent < 20_000 {
        for _ in 0..<8 { room.hub.publish(text, to: Topic("a")) }
        sent += 8
        await eventually("the quick ones keep up") { quick.allSatisfy { $0.texts.count == sent } }
      }
      #expect(room.count.now == 3, "the slow one is gone after \(sent) texts")
      #expect(room.connections.list.contains { $0.closeCode == .tryAgain })
      #expect(quick.allSatisfy { !$0.hasEnded })
      for page in quick { page.end() }
    }
  }

  @Test func whatWasMissedComesFirstAndNothingTwice() async throws {
    var room = Room()
    room.held = true
    try await withServer(sockets: room.endpoint) { port, _ in
      let page = try await room.open(1, port, "a")[0]
      for seq in Int64(4)...8 { room.hub.publish("\(seq)", to: Topic("a"), seq: seq) }
      room.hub.release(
        room.connections.list[0], from: Topic("a"), missed: ["1", "2", "3", "4", "5"], through: 5)
      room.hub.publish("9", to: Topic("a"), seq: 9)
      await eventually("all nine") { page.texts.count >= 9 }
      #expect(page.texts == (1...9).map { "\($0)" })
      page.end()
    }
  }

  @Test func tooMuchHeldBackOrMissingMakesThePageComeBack() async throws {
    var limits = HubLimits()
    limits.heldTexts = 5
    var room = Room(hub: Hub(limits: limits))
    room.held = true
    try await withServer(sockets: room.endpoint) { port, _ in
      let page = try await room.open(1, port, "a")[0]
      for seq in Int64(1)...6 { room.hub.publish("\(seq)", to: Topic("a"), seq: seq) }
      await eventually("told to come back") { page.closeFrame?.code == 1013 }
      let other = try await room.open(1, port, "b")[0]
      room.hub.restart(Topic("b"))
      await eventually("told to come back") { other.closeFrame?.code == 1013 }
    }
  }

  @Test func publicationsBeyondTheBoundMakePagesComeBack() async throws {
    var limits = HubLimits()
    limits.waiting = 10
    let room = Room(hub: Hub(limits: limits))
    try await withServer(sockets: room.endpoint) { port, _ in
      let page = try await room.open(1, port, "a")[0]
      let loop = room.connections.list[0].loop
      // On the loop itself nothing is drained until this returns.
      try await loop.submit {
        for number in 0..<1_000 { room.hub.publish("\(number)", to: Topic("a")) }
      }.get()
      await eventually("told to come back") { page.closeFrame?.code == 1013 }
      #expect(page.texts == (0..<10).map { "\($0)" })
    }
  }
}
