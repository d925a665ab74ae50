import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Rules
import Storage
import Web

/// The record of a lesson: who was there, from when to when, to the second, and why each was let in or kept out.
struct LessonReport: Sendable {
  struct Line: Sendable {
    let orderNumber: Int?
    let name: String
    let intervals: [PresenceInterval]
    let attendance: Attendance
  }

  struct Decision: Sendable {
    let at: Timestamp
    let name: String
    let words: String
    let isRefusal: Bool
  }

  let plan: LessonPlan
  let head: LiveStore.LessonHead?
  let lines: [Line]
  let decisions: [Decision]
  let banned: [Person.ID: String]
  let alarms: Int
  /// Announced visits, whether the visitor came or not.
  var visits: [(visit: LessonVisits.Line, came: Bool)] = []
}

extension LiveClassFeature {
  func report(_ plan: LessonPlan) async throws -> LessonReport {
    let ports = services.ports
    let now = services.database.now()
    return try await services.database.read { db in
      let roster = try ports.roster(plan.schoolClass, Day(at: plan.time.start), db)
      let log = try LiveStore.log(of: plan.id, in: db)
      let known = Set(roster.map(\.person))
      let others = Set(log.compactMap(\.person)).subtracting(known).sorted()
      let names = try People.names(of: Array(Set(others + log.compactMap(\.by))), in: db)
      var report = LessonReporting.report(
        plan, head: try LiveStore.head(of: plan.id, in: db), roster: roster, others: others, names: names,
        log: log, now: now)
      let stays = LessonReporting.intervals(log)
      report.visits = try LessonVisits.lines(of: [plan.id], in: db).map { visit in
        (visit, stays[visit.visitor, default: []].contains { $0.place == .room })
      }
      return report
    }
  }

  @Sendable func recordPage(_ request: Request, _ context: AppContext) async throws -> Response {
    let plan = try await plan(context)
    let viewer = try await require(.viewLessonRecord, of: plan, context)
    let mayLift = Permissions.allows(viewer, .liftBan, on: plan.subject)
    return RecordPages.record(try await report(plan), mayLift: mayLift).response(in: context)
  }

  /// Comma-separated values with a byte-order mark, as spreadsheet programs here open them.
  @Sendable func recordFile(_ request: Request, _ context: AppContext) async throws -> Response {
    let plan = try await plan(context)
    let viewer = try await require(.exportLessonRecord, of: plan, context)
    let text = LessonReporting.csv(try await report(plan))
    try await services.database.write {
      try $0.publish(
        Event("lesson.record_exported", unit: plan.unit, by: viewer.person.id, of: plan.id.rawValue))
    }
    return .download(
      [0xEF, 0xBB, 0xBF] + Array(text.utf8), name: "tiet-hoc-\(Day(at: plan.time.start)).csv",
      type: "text/csv; charset=utf-8")
  }
}

enum LessonReporting {
  static func report(
    _ plan: LessonPlan, head: LiveStore.LessonHead?, roster: [RosterSeat], others: [Person.ID],
    names: [Person.ID: String], log: [LogRow], now: Timestamp
  ) -> LessonReport {
    let stays = intervals(log)
    let rules = PresenceRules.standard
    let line = { (person: Person.ID, number: Int?, name: String) in
      let own = stays[person] ?? []
      return LessonReport.Line(
        orderNumber: number, name: name, intervals: own,
        attendance: rules.attendance(of: own, in: plan.time, at: now))
    }
    let pupils = roster.sorted { $0.orderNumber < $1.orderNumber }.map {
      line($0.person, $0.orderNumber, $0.name)
    }
    let adults = others.filter { stays[$0] != nil }.map { line($0, nil, names[$0] ?? "Không rõ") }
    let all = names.merging(roster.map { ($0.person, $0.name) }) { first, _ in first }
    return LessonReport(
      plan: plan, head: head, lines: adults + pupils, decisions: log.compactMap { decision($0, all) },
      banned: banned(log, all), alarms: log.count { $0.kind == "alarm" })
  }

  /// Stays of each person from the marks in the log.
  static func intervals(_ log: [LogRow]) -> [Person.ID: [PresenceInterval]] {
    var result: [Person.ID: [PresenceInterval]] = [:]
    var open: [Person.ID: (PresenceInterval.Place, Timestamp)] = [:]
    for row in log {
      guard let person = row.person else { continue }
      switch row.kind {
      case "presenceBegan": open[person] = (place(row), row.at)
      case "presenceEnded":
        guard let (place, from) = open.removeValue(forKey: person) else { continue }
        result[person, default: []].append(.init(place, from: from, to: max(from, row.at)))
      default: break
      }
    }
    for (person, (place, from)) in open {
      result[person, default: []].append(.init(place, from: from, to: nil))
    }
    return result
  }

  private static func place(_ row: LogRow) -> PresenceInterval.Place {
    row.body.contains("\"room\"") ? .room : .lobby
  }

  private static func decision(_ row: LogRow, _ names: [Person.ID: String]) -> LessonReport.Decision? {
    let name = row.person.flatMap { names[$0] } ?? "Người không rõ"
    let by = row.by.flatMap { names[$0] } ?? ""
    let words: String
    switch row.kind {
    case "admission", "admissionRefused":
      let body = (try? JSONDecoder().decode(AdmissionBody.self, from: Data(row.body.utf8)))
      words = body?.record ?? ""
    case "lesson.opened": return .init(at: row.at, name: by, words: "Mở lớp", isRefusal: false)
    case "lesson.ended":
      return .init(at: row.at, name: by.isEmpty ? "Đồng hồ" : by, words: "Kết thúc", isRefusal: false)
    case "lesson.locked": return .init(at: row.at, name: by, words: "Khóa cửa lớp", isRefusal: false)
    case "lesson.unlocked": return .init(at: row.at, name: by, words: "Mở cửa lớp", isRefusal: false)
    case "lesson.frozen": return .init(at: row.at, name: by, words: "Dừng tất cả", isRefusal: false)
    case "lesson.unfrozen": return .init(at: row.at, name: by, words: "Cho tiếp tục", isRefusal: false)
    case "lesson.removed": words = "Bị đưa ra khỏi lớp, người quyết định: \(by)"
    case "lesson.ban_lifted": words = "Được vào lại, người quyết định: \(by)"
    case "lesson.guest_admitted": words = "Được mời vào lớp, người quyết định: \(by)"
    case "lesson.guest_withdrawn": words = "Thôi được mời, người quyết định: \(by)"
    case "lesson.revoked": words = "Phiên đăng nhập kết thúc, ra khỏi lớp"
    case "alarm":
      return .init(at: row.at, name: by.isEmpty ? "Hệ thống" : by, words: "Báo động", isRefusal: false)
    default: return nil
    }
    return .init(at: row.at, name: name, words: words, isRefusal: row.kind == "admissionRefused")
  }

  private struct AdmissionBody: Decodable { let record: String }

  private static func banned(_ log: [LogRow], _ names: [Person.ID: String]) -> [Person.ID: String] {
    log.reduce(into: [:]) { banned, row in
      guard let person = row.person else { return }
      if row.kind == "lesson.removed" { banned[person] = names[person] ?? "" }
      if row.kind == "lesson.ban_lifted" { banned[person] = nil }
    }
  }

  // MARK: Words

  static func words(_ arrival: Attendance.Arrival) -> String {
    switch arrival {
    case .awaited: "Chưa vào"
    case .onTime: "Đúng giờ"
    case .late(let minutes): "Muộn \(minutes) phút"
    case .absent: "Vắng"
    }
  }

  static func words(_ interval: PresenceInterval) -> String {
    let end = interval.to.map(\.clockToTheSecond) ?? "nay"
    return "\(interval.from.clockToTheSecond)–\(end)\(interval.place == .lobby ? " (phòng chờ)" : "")"
  }

  static func csv(_ report: LessonReport) -> String {
    var lines = [["STT", "Họ và tên", "Điểm danh", "Có mặt (giây)", "Vào lúc", "Ra lúc", "Các lần có mặt"]]
    for line in report.lines {
      lines.append([
        line.orderNumber.map(String.init) ?? "", line.name, words(line.attendance.arrival),
        String(line.attendance.presentSeconds), line.attendance.firstSeen?.clockToTheSecond ?? "",
        line.attendance.lastSeen?.clockToTheSecond ?? "", line.intervals.map(words).joined(separator: "; "),
      ])
    }
    lines.append([])
    lines.append(["Lúc", "Ai", "Quyết định"])
    for decision in report.decisions {
      lines.append([decision.at.clockToTheSecond, decision.name, decision.words])
    }
    return lines.map { $0.map(cell).joined(separator: ",") }.joined(separator: "\r\n") + "\r\n"
  }

  /// Attack prevented: a name that a spreadsheet program would run as a formula.
  static func cell(_ text: String) -> String {
    let safe = text.first.map { "=+-@\t\r".contains($0) } ?? false ? "'" + text : text
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
  }
}
