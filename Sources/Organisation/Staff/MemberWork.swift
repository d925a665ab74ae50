import Rules
import Web

/// What one colleague teaches, on their page.
enum MemberWork {
  static func section(_ member: StaffList.Member, _ path: String, _ powers: Powers, _ today: Day) -> HTML {
    let mayEdit = powers.may(.editAssignments)
    return """
      <section aria-labelledby="work"><h2 id="work">Chủ nhiệm và giảng dạy</h2>
      \(member.work.isEmpty ? Parts.empty("<p><strong>Chưa được phân công lớp nào.</strong></p>") : table(member, path, mayEdit))
      \(form(member, path, today), when: mayEdit)</section>
      """
  }

  private static func table(_ member: StaffList.Member, _ path: String, _ mayEdit: Bool) -> HTML {
    Parts.table(
      "Phân công", ["Lớp", "Việc", "Từ ngày", "Thay đổi"],
      member.work.map { work in
        let (name, span) = (work.subject ?? "Chủ nhiệm", work.assignment.validity)
        return [
          "<a href=\"/classes/\(work.assignment.schoolClass)/teachers\">\(work.className)</a>", "\(name)",
          "\(span.from.forPeople)\(span.to.map { ", đến trước \($0.forPeople)" } ?? "")",
          mayEdit && span.to == nil ? ending(work, path, "\(name) \(work.className)") : "",
        ]
      })
  }

  private static func ending(_ work: StaffList.Member.Work, _ path: String, _ what: String) -> HTML {
    """
    <form method="post" action="\(path)/assignment-endings"><input type="hidden" name="assignment" value="\(work.assignment.id)">\
    <button class="link">Kết thúc hôm nay<span class="visually-hidden">: \(what)</span></button></form>
    """
  }

  private static func form(_ member: StaffList.Member, _ path: String, _ today: Day) -> HTML {
    if member.subjects.isEmpty || member.classes.isEmpty {
      return
        "<p class=\"hint\">Trường cần có <a href=\"/units/\(member.unit.id)/subjects\">môn học</a> và <a href=\"/classes\">lớp</a> trước, rồi phân công ở đây.</p>"
    }
    return """
      <h3>Phân công thêm</h3>
      <form method="post" action="\(path)/assignments">
      <div class="field"><label for="subject">Dạy môn</label><select id="subject" name="subject">\
      \(member.subjects.map { "<option value=\"\($0.id)\">\($0.name)</option>" as HTML })</select></div>
      <fieldset class="choices several"><legend>Ở các lớp</legend>
      \(member.classes.map { "<label><input type=\"checkbox\" name=\"class\" value=\"\($0.id)\"> \($0.name)</label>\n" as HTML })</fieldset>
      <div class="field"><label for="from">Từ ngày</label><input class="short" id="from" name="from" type="date" min="\(today.description)" value="\(today.description)" required></div>
      <div class="actions"><button class="button">Phân công</button></div></form>
      """
  }
}
