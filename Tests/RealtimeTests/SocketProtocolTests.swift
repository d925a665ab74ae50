import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOSSL
import Realtime
import Synchronization
import Testing
import Web

/// A place that answers every text with itself.
private func echo(limits: SocketLimits = .init(), count: SocketCount = .init()) -> SocketEndpoint {
  SocketEndpoint(path: "/live", limits: limits, count: count) { _ in
    SocketAnswer.accept(())
  } serve: { connection, _ in
    for await text in connection.messages { connection.send(text) }
  }
}

@Suite struct SocketProtocolTests {
  @Test(arguments: [0, 1, 125, 126, 65_535, 65_536])
  func textOfEverySizeComesBack(size: Int) async throws {
    try await withServer(sockets: echo()) { port, _ in
      let page = try await TestPage.open(port)
      let text = String(repeating: "a", count: size)
      page.send(text)
      await eventually("the echo") { page.texts == [text] }
      #expect(page.texts == [text])
      page.end()
    }
  }

  @Test func fragmentsWithAPingBetweenAreOneText() async throws {
    try await withServer(sockets: echo()) { port, _ in
      let page = try await TestPage.open(port)
      let bytes = Array("Chào lớp 6A2".utf8)
      // The second cut lies inside a letter: validity is judged over the whole text.
      page.send(opcode: 1, Array(bytes[..<4]), fin: false)
      page.send(opcode: 9, [7])
      page.send(opcode: 0, Array(bytes[4..<8]), fin: false)
      page.send(opcode: 0, Array(bytes[8...]))
      await eventually("the echo") { page.texts == ["Chào lớp 6A2"] }
      #expect(page.frames.contains(.init(opcode: 10, payload: [7])))
      page.end()
    }
  }

  struct Offence: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: Int
    let commit: @Sendable (TestPage) -> Void
  }

  @Test(arguments: [
    Offence(testDescription: "binary", code: 1003) { $0.send(opcode: 2, [1, 2]) },
    Offence(testDescription: "not masked", code: 1002) { $0.send(opcode: 1, [65], masked: false) },
    Offence(testDescription: "reserved opcode", code: 1002) { $0.send(opcode: 3, []) },
    Offence(testDescription: "reserved control opcode", code: 1002) { $0.send(opcode: 11, []) },
    Offence(testDescription: "reserved bit", code: 1002) { $0.send(opcode: 0x41, [65]) },
    Offence(testDescription: "invalid UTF-8", code: 1007) { $0.send(opcode: 1, [0xc3, 0x28]) },
    Offence(testDescription: "surrogate in UTF-8", code: 1007) { $0.send(opcode: 1, [0xed, 0xa0, 0x80]) },
    Offence(testDescription: "one frame too large", code: 1009) {
      $0.send(opcode: 1, .init(repeating: 65, count: 65_537))
    },
    Offence(testDescription: "fragments too large together", code: 1009) {
      $0.send(opcode: 1, .init(repeating: 65, count: 40_000), fin: false)
      $0.send(opcode: 0, .init(repeating: 65, count: 40_000))
    },
    Offence(testDescription: "a length of 2^63 bytes", code: 1009) {
      $0.send(raw: [0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])
    },
    Offence(testDescription: "continuation of nothing", code: 1002) { $0.send(opcode: 0, [65]) },
    Offence(testDescription: "text inside fragments", code: 1002) {
      $0.send(opcode: 1, [65], fin: false)
      $0.send(opcode: 1, [66])
    },
    Offence(testDescription: "fragmented ping", code: 1002) { $0.send(opcode: 9, [1], fin: false) },
    Offence(testDescription: "ping of 126 bytes", code: 1002) {
      $0.send(opcode: 9, .init(repeating: 1, count: 126))
    },
    Offence(testDescription: "close with one byte", code: 1002) { $0.send(opcode: 8, [3]) },
    Offence(testDescription: "close with a code nobody may send", code: 1002) {
      $0.send(opcode: 8, [3, 0xed])
    },
    Offence(testDescription: "close with an invalid reason", code: 1007) {
      $0.send(opcode: 8, [3, 0xe8, 0xff])
    },
    Offence(testDescription: "garbage", code: 1002) { page in
      for _ in 0..<20 { page.send(raw: Array("GET / HTTP/1.1\r\n\r\n".utf8)) }
    },
    Offence(testDescription: "a flood", code: 1008) { page in for _ in 0..<300 { page.send("x") } },
  ])
  func offenceIsClosedWithItsCode(_ offence: Offence) async throws {
    var limits = SocketLimits()
    limits.closing = .milliseconds(300)
    let count = SocketCount()
    try await withServer(sockets: echo(limits: limits, count: count)) { port, _ in
      let page = try await TestPage.open(port)
      offence.commit(page)
      await eventually("a close frame") { page.closeFrame != nil }
      #expect(page.closeFrame?.code == offence.code)
      await eventually("the connection ends although the page never answers") {
        page.hasEnded && count.now == 0
      }
    }
  }

  @Test func closingHandShakeFromEitherSide() async throws {
    let codes = Mutex<[SocketCloseCode]>([])
    let endpoint = SocketEndpoint(path: "/live") { _ in
      SocketAnswer.accept(())
    } serve: { connection, _ in
      connection.onClose { code in codes.withLock { $0.append(code) } }
      for await text in connection.messages where text == "bye" {
        connection.close(.init(rawValue: 4403), "ra ngoài")
      }
    }
    try await withServer(sockets: endpoint) { port, _ in
      let theirs = try await TestPage.open(port)
      theirs.send(opcode: 8, [0x03, 0xe9])
      await eventually("our answer and the end") { theirs.closeFrame?.code == 1001 && theirs.hasEnded }

      let ours = try await TestPage.open(port)
      ours.send("bye")
      await eventually("our close frame") { ours.closeFrame != nil }
      #expect(ours.closeFrame?.code == 4403)
      #expect(ours.closeFrame?.payload.dropFirst(2).elementsEqual("ra ngoài".utf8) == true)
      #expect(!ours.hasEnded)
      ours.send(opcode: 8, [0x11, 0x33])
      await eventually("the end") { ours.hasEnded && codes.withLock { $0.count } == 2 }
      #expect(codes.withLock { Set($0.map(\.rawValue)) } == [1001, 4403])
    }
  }

  @Test func silentPageIsLost() async throws {
    var limits = SocketLimits()
    (limits.ping, limits.silence) = (.milliseconds(200), .seconds(3))
    let count = SocketCount()
    try await withServer(sockets: echo(limits: limits, count: count)) { port, _ in
      let alive = try await TestPage.open(port)
      let silent = try await TestPage.open(port)
      silent.stopAnsweringPings()
      await eventually("the silent one is gone", limit: .seconds(20)) { silent.hasEnded && count.now == 1 }
      await eventually("the other one lives on") { alive.frames.count { $0.opcode == 9 } > 20 }
      #expect(!alive.hasEnded)
      alive.end()
    }
  }

  @Test func halfClosedPageIsGone() async throws {
    let count = SocketCount()
    try await withServer(sockets: echo(count: count)) { port, _ in
      let page = try await TestPage.open(port)
      #expect(count.now == 1)
      page.endOutput()
      await eventually("nothing is left of it") { count.now == 0 && page.hasEnded }
    }
  }

  @Test func busyReaderSlowsItsPageDownAndLosesNothing() async throws {
    var limits = SocketLimits()
    limits.rate = { SocketRate(perSecond: 1_000_000, burst: 1_000_000) }
    limits.unhandled = 4
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let endpoint = SocketEndpoint(path: "/live", limits: limits) { _ in
      SocketAnswer.accept(())
    } serve: { connection, _ in
      _ = await gate.first { true }
      for await text in connection.messages { connection.send(text) }
    }
    try await withServer(sockets: endpoint) { port, _ in
      let page = try await TestPage.open(port)
      let texts = (0..<3_000).map { "\($0)" }
      for text in texts { page.send(text) }
      open.yield()
      await eventually("all, in order") { page.texts.count == texts.count }
      #expect(page.texts == texts)
      page.end()
    }
  }

  @Test func thousandPagesLeaveNothingBehind() async throws {
    let count = SocketCount()
    let served = Mutex((begun: 0, ended: 0))
    let endpoint = SocketEndpoint(path: "/live", count: count) { _ in
      SocketAnswer.accept(())
    } serve: { connection, _ in
      served.withLock { $0.begun += 1 }
      for await _ in connection.messages {}
      served.withLock { $0.ended += 1 }
    }
    try await withServer(sockets: endpoint, loops: 2) { port, _ in
      for round in 0..<10 {
        let pages = try await withThrowingTaskGroup(of: TestPage.self) { group in
          for _ in 0..<100 { group.addTask { try await TestPage.open(port) } }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(pages.allSatisfy { $0.status == 101 })
        // Ended in three ways: politely, by one half, abruptly.
        for (index, page) in pages.enumerated() {
          switch index % 3 {
          case 0: page.send(opcode: 8, [0x03, 0xe8])
          case 1: page.endOutput()
          default: page.end()
          }
        }
        await eventually("round \(round): none is left") { count.now == 0 }
      }
      await eventually("every serving ended") { served.withLock { $0.begun == 1_000 && $0.ended == 1_000 } }
    }
  }
}

@Suite struct SocketShutdownTests {
  @Test func stoppingSaysRestartAndDoesNotWaitForTheDead() async throws {
    let count = SocketCount()
    var limits = SocketLimits()
    limits.closing = .milliseconds(500)
    try await withServer(sockets: echo(limits: limits, count: count)) { port, stop in
      let pages = [try await TestPage.open(port), try await TestPage.open(port)]
      let clock = ContinuousClock()
      let took = await clock.measure { await stop() }
      #expect(took < .seconds(5))
      #expect(pages.allSatisfy { $0.closeFrame?.code == 1012 })
      #expect(count.now == 0)
    }
  }
}
