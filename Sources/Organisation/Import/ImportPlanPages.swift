import Rules
import Web

/// What an import would change, shown before and counted after.
enum ImportPlanPages {
  static func counts(_ outcome: ImportOutcome) -> HTML {
    let lines: [(String, Int)] = [
      ("Lớp mới", outcome.classesMade), ("Thêm mới", outcome.added),
      ("Trở lại hoặc lên lớp", outcome.returned),
      ("Chuyển lớp", outcome.moved), ("Rời lớp", outcome.left), ("Đổi số thứ tự", outcome.renumbered),
      ("Sửa họ tên", outcome.renamed), ("Sửa thông tin khác", outcome.corrected),
      ("Dòng không nhập", outcome.skippedRows),
    ]
    return
      "<dl class=\"facts\">\(lines.filter { $0.1 > 0 }.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" as HTML })</dl>"
  }

  static func changes(_ preview: ClassListImport.Preview) -> HTML {
    if preview.outcome.changesNothing {
      return Parts.notice(
        .proved, "<p><strong>Không có gì thay đổi.</strong> Tệp giống hệt danh sách của trường.</p>")
    }
    return """
      <section aria-labelledby="changes"><h2 id="changes">Nếu nhập, danh sách sẽ thay đổi như sau</h2>
      \(counts(preview.outcome))
      \(newClasses(preview.plan.newClasses), when: !preview.plan.newClasses.isEmpty)
      <details><summary>Xem từng thay đổi</summary>
      \(Parts.table("Từng thay đổi", ["Học sinh", "Thay đổi"], preview.plan.reconciliation.changes.map { row($0, preview.plan) }))
      </details>\(unsure(preview.plan))</section>
      """
  }

  private static func newClasses(_ names: [String]) -> HTML {
    Parts.notice(
      .due,
      "<p><strong>Lớp sẽ được tạo: \(names.joined(separator: ", ")).</strong> Nếu tên lớp gõ nhầm, hãy sửa trong tệp rồi chọn lại.</p>"
    )
  }

  private static func unsure(_ plan: ImportPlan) -> HTML {
    let names = plan.reconciliation.unsure.compactMap { plan.names[$0] }
    if names.isEmpty { return "" }
    return Parts.notice(
      .plain,
      "<p><strong>Chưa tính là rời lớp:</strong> \(names.joined(separator: ", ")). Tệp không có tên các em, nhưng còn dòng chưa đọc được hoặc chưa trả lời.</p>"
    )
  }

  private static func row(_ change: RosterChange, _ plan: ImportPlan) -> [HTML] {
    if case .added(let entry, let number) = change {
      let isBack = plan.returning[entry.source] != nil
      return [
        "\(person: entry.name)",
        isBack
          ? "Trở lại lớp \(entry.className), số \(number)" : "Thêm vào lớp \(entry.className), số \(number)",
      ]
    }
    return ["\(person: change.pupil.flatMap { plan.names[$0] } ?? "")", words(change)]
  }

  private static func words(_ change: RosterChange) -> HTML {
    switch change {
    case .added: ""
    case .movedClass(_, let from, let to): "Chuyển từ lớp \(from) sang lớp \(to)"
    case .left(_, let className): "Rời lớp \(className)"
    case .renamed(_, let from, let to): "Sửa họ tên: \(person: from) thành \(person: to)"
    case .renumbered(_, let from, let to): "Đổi số thứ tự: \(from.map(String.init) ?? "chưa có") thành \(to)"
    case .recoded(_, let from, let to): "Sửa mã: \(from ?? "chưa có") thành \(to)"
    case .birthDateCorrected(_, let from, let to):
      "Sửa ngày sinh: \(from?.forPeople ?? "chưa có") thành \(to.forPeople)"
    case .sexCorrected(_, let from, let to): "Sửa giới tính: \(label(from)) thành \(label(to))"
    case .guardianCorrected(_, let from, let to): "Người liên hệ: \(label(from)) thành \(label(to))"
    }
  }

  private static func label(_ sex: ClassListEntry.Sex) -> String {
    switch sex {
    case .male: "Nam"
    case .female: "Nữ"
    case .unknown: "chưa rõ"
    }
  }

  private static func label(_ contact: GuardianContact) -> String {
    let parts = [contact.name, contact.phone].compactMap(\.self)
    return parts.isEmpty ? "chưa có" : parts.joined(separator: ", ")
  }
}
