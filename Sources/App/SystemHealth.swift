import Foundation
import Jobs
import Media
import Rules
import Storage

/// What the IT teacher must know: is everything up, and what to do about the first thing that is not.
struct SystemHealth: Sendable {
  struct Line: Sendable {
    let name: String
    let isFine: Bool
    let words: String
  }

  let database: Database
  let media: any MediaServer
  let configuration: Configuration
  let openPages: @Sendable () -> Int

  func lines() async -> [Line] {
    [await databaseLine(), await mediaLine(), mailLine, await clocksLine(), spaceLine(), pagesLine()]
  }

  private func databaseLine() async -> Line {
    let missing = try? await Migrator(Features.migrations).missing(in: database)
    let isFine = missing == []
    return Line(
      name: "Cơ sở dữ liệu", isFine: isFine,
      words: isFine
        ? "Hoạt động (\(database.engine.kind == .sqlite ? "SQLite" : "PostgreSQL"))"
        : "Không đọc được. Xem nhật ký máy chủ.")
  }

  private func mediaLine() async -> Line {
    if configuration.media == .none {
      return Line(name: "Âm thanh, hình ảnh", isFine: false, words: "Đang tắt khi khởi động (--media none).")
    }
    let health = await media.probe()
    return Line(
      name: "Âm thanh, hình ảnh", isFine: health.isUp && health.problem == nil,
      words: health.problem?.sentence ?? "Hoạt động")
  }

  private var mailLine: Line {
    configuration.smtp == nil
      ? Line(
        name: "Thư điện tử", isFine: false,
        words: "Chưa cài máy chủ thư: báo động chỉ hiện trên trang. Thêm --smtp khi khởi động.")
      : Line(name: "Thư điện tử", isFine: true, words: "Đã cài")
  }

  private func clocksLine() async -> Line {
    let now = database.now()
    let overdue = (try? await database.read { try DueClocks.overdue(at: now - 60, in: $0) }) ?? 0
    return Line(
      name: "Đồng hồ nhắc việc", isFine: overdue == 0,
      words: overdue == 0 ? "Đúng giờ" : "\(overdue) việc đã quá hạn chưa chạy.")
  }

  private func spaceLine() -> Line {
    let facts = try? FileManager.default.attributesOfFileSystem(forPath: configuration.folder)
    let free = (facts?[.systemFreeSize] as? Int) ?? 0
    let gigabytes = free / 1_073_741_824
    return Line(
      name: "Chỗ trống trên đĩa", isFine: gigabytes >= 2,
      words: gigabytes >= 2 ? "\(gigabytes) GB" : "Chỉ còn \(free / 1_048_576) MB. Hãy dọn bớt.")
  }

  private func pagesLine() -> Line { Line(name: "Trang đang mở", isFine: true, words: "\(openPages())") }
}
