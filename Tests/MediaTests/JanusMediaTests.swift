import Foundation
import Glibc
import Logging
import Rules
import Testing

@testable import Media

/// The real media server, without media: started, watched, killed.
@Suite(.serialized, .enabled(if: JanusSettings.isInstalled, MediaServerTests.missing))
struct JanusMediaTests {
  let room = RealServer.room
  let teacher = RealServer.teacher
  let pupil = RealServer.pupil

  // MARK: - faults

  @Test func aLostLinkIsClaimedAndNothingEnds() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      let (before, process) = (try await server.joined(), await server.media.serverPID)
      await server.media.link?.lose()
      try await eventually("claimed") { server.events.count(.serverRestored(kept: true)) == 1 }
      #expect(server.events.count(.serverLost) == 1)
      #expect(try await server.joined() == before && before.count == 1)
      #expect(await server.media.serverPID == process)
      #expect(await server.media.stats().legs == 1)
    }
  }

  @Test func aKilledProgramFindsItsLessons() async throws {
    try await RealServer.with { first in
      try await first.lesson()
      try await first.media.mute(.audio, true, of: teacher, in: room)
      let (before, process) = (try await first.joined(), await first.media.serverPID)
      await first.media.stop(leavingServer: true)
      try await eventually("first gone") { await first.media.link == nil }
      #expect(ChildProcess.isRunning(process))

      let second = RealServer(JanusSettings(folder: first.folder, ports: 52_000...52_999))
      try await second.running { server in
        #expect(server.events.count(.serverRestored(kept: true)) == 1)
        #expect(await server.media.serverPID == process)
        let found = try await server.joined()
        #expect(found == before)
        #expect(await server.media.participants(in: room).map(\.id) == [pupil, teacher])
        #expect(await server.media.participants(in: room).last?.muted == [.audio])
        // It has full control: the removed one is out at the server too.
        await server.media.remove(teacher, from: room)
        try await eventually("out") { (try? await server.joined().isEmpty) == true }
      }
      #expect(!ChildProcess.isRunning(process))
    }
  }

  @Test func aRemovalWhileTheLinkIsDownIsCarriedOut() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      await server.media.link?.lose()
      await server.media.remove(teacher, from: room)
      try await eventually("claimed") { server.events.count(.serverRestored(kept: true)) == 1 }
      try await eventually("out") { (try? await server.joined().isEmpty) == true }
      await refused("MED-004") { try await server.publish(by: teacher) }
    }
  }

  @Test func aKilledServerComesBackWithItsRooms() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      let process = await server.media.serverPID
      let began = ContinuousClock.now
      kill(process, SIGKILL)
      try await eventually("started again") { server.events.count(.serverRestored(kept: false)) == 2 }
      #expect(ContinuousClock.now - began < .seconds(3))
      #expect(await server.media.serverPID != process)
      #expect(try await server.joined().isEmpty)
      #expect(await server.media.participants(in: room).count == 2)
      try await server.join(teacher)
      #expect(try await server.joined().count == 1)
      #expect(await server.media.stats().starts == 2)
    }
  }

  @Test func aServerThatHangsIsReplacedSoThatARemovalHolds() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      let process = await server.media.serverPID
      kill(process, SIGSTOP)
      // The signal only asks: a thread that still runs would carry the removal out after all.
      try await eventually("stopped") { ChildProcess.threadStates(process).allSatisfy { $0 == "T" } }
      await server.media.remove(teacher, from: room)
      try await eventually("replaced", within: .seconds(20)) {
        server.events.count(.serverRestored(kept: false)) == 2
      }
      #expect(!ChildProcess.isRunning(process))
    }
  }

  @Test func otherSettingsRestartTheServer() async throws {
    try await RealServer.with { first in
      try await first.lesson()
      let process = await first.media.serverPID
      await first.media.stop(leavingServer: true)
      try await eventually("first gone") { await first.media.link == nil }
      let second = RealServer(JanusSettings(folder: first.folder, ports: 53_000...53_999))
      try await second.running { server in
        #expect(await server.media.serverPID != process)
        #expect(!ChildProcess.isRunning(process))
        let found = try await server.joined()
        #expect(found.isEmpty)
      }
    }
  }

  @Test func aMissingProgramIsNamed() async throws {
    var settings = JanusSettings(folder: FileManager.default.temporaryDirectory.path + "/media-none")
    defer { try? FileManager.default.removeItem(atPath: settings.folder) }
    settings.executable = "/nonexistent/janus"
    let media = JanusMedia(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    async let life: Void = media.run()
    try await eventually("problem named") { await media.probe().problem?.code.rawValue == "MED-007" }
    await media.stop()
    await life
  }
}
