import Organisation
import Rules
import Storage
import Timetable

/// “Bắt đầu năm học”: what a school must have before its first lesson, in the order in which it is entered.
struct SchoolSetup: Sendable {
  struct Step: Sendable {
    let name: String
    /// What stands now, in words.
    let state: String
    let path: String
    let isDone: Bool
  }

  let unit: Schools.Unit
  let steps: [Step]

  var isDone: Bool { steps.allSatisfy(\.isDone) }
  var next: Step? { steps.first { !$0.isDone } }

  static func units(of viewer: Viewer) -> [OrgUnit.ID] {
    var seen: Set<OrgUnit.ID> = []
    return (viewer.units(as: .head) + viewer.units(as: .itTeacher)).filter { seen.insert($0).inserted }
  }

  static func load(
    _ id: OrgUnit.ID, _ lessons: Lessons, at now: Timestamp, in db: any Connection
  ) throws -> SchoolSetup {
    let day = Day(at: now)
    guard let unit = try Schools.unit(id, on: day, in: db) else { throw UserError.notFound }
    let progress = try Schools.progress(of: id, on: day, in: db)
    let planned = try lessons.plannedClasses(ofSchool: id, at: now, in: db)
    return SchoolSetup(
      unit: unit, steps: steps(unit, progress, planned: planned.intersection(progress.classes).count))
  }

  private static func steps(_ unit: Schools.Unit, _ progress: Schools.Progress, planned: Int) -> [Step] {
    let path = "/units/\(unit.id)"
    let all = progress.classes.count
    let classes = { (done: Int, words: String) in
      all == 0 ? "Chưa có lớp nào" : "\(done) trên \(all) lớp \(words)"
    }
    return [
      Step(
        name: "Năm học", state: progress.year ?? "Hôm nay chưa thuộc năm học nào", path: path + "/years",
        isDone: progress.year != nil),
      Step(
        name: "Môn học", state: progress.subjects == 0 ? "Chưa có môn nào" : "\(progress.subjects) môn",
        path: path + "/subjects", isDone: progress.subjects > 0),
      Step(
        name: "Giáo viên",
        state: progress.staff == 0 ? "Chưa có giáo viên nào" : "\(progress.staff) giáo viên, nhân viên",
        path: path + "/staff", isDone: progress.staff > 0),
      Step(
        name: "Lớp và phân công", state: classes(progress.assigned, "có chủ nhiệm và giáo viên bộ môn"),
        path: all == 0 ? "/classes" : path + "/assignments", isDone: all > 0 && progress.assigned == all),
      Step(
        name: "Danh sách lớp", state: classes(progress.filled, "có học sinh"), path: "/classes/import",
        isDone: all > 0 && progress.filled == all),
      Step(
        name: "Thời khóa biểu", state: classes(planned, "có tiết trực tuyến"), path: "/timetable",
        isDone: all > 0 && planned == all),
    ]
  }
}
