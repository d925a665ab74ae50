import Rules
import Web

enum ImportPages {
  private enum Step { case choose, preview, done }

  private static func steps(_ current: Step) -> HTML {
    let labels: [(Step, String)] = [(.choose, "Chọn tệp"), (.preview, "Xem trước"), (.done, "Xong")]
    let place = labels.firstIndex { $0.0 == current } ?? 0
    return """
      <ol class="steps">\(labels.enumerated().map { index, label in
        index < place ? "<li class=\"done\">\(label.1)</li>" as HTML : "<li\("aria-current=\"step\"", if: index == place)>\(label.1)</li>"
      })</ol>
      """
  }

  // MARK: Choose

  static func choose(
    _ unit: OrgUnit.ID, yearName: String?, classes: [Schools.ClassFacts], problem: UserError?
  ) -> Page {
    Page(
      "Nhập danh sách lớp",
      body: """
        \(Parts.back(to: "/classes", "Lớp"))<h1>Nhập danh sách lớp</h1>
        \(steps(.choose))
        \(problem.map(refusal))
        <p class="lead">\(yearName.map { "Năm học \($0). " } ?? "")Chưa có gì thay đổi cho đến khi xác nhận ở bước sau.</p>
        <form method="post" enctype="multipart/form-data">
        <input type="hidden" name="unit" value="\(unit)">
        <div class="field"><label for="file">Tệp danh sách</label>
        <p class="hint" id="file-hint">Excel (.xlsx) hoặc .csv, tối đa 10 MB. Chỉ lưu họ tên, mã, ngày sinh, giới tính, lớp, số thứ tự và người liên hệ; các cột khác bị bỏ ngay khi đọc.</p>
        <input id="file" name="file" type="file" aria-describedby="file-hint" required></div>
        <div class="field"><label for="class">Lớp</label>
        <p class="hint" id="class-hint">Để “Theo tệp” khi tệp có cột Lớp, hoặc tên lớp ở tiêu đề hay tên trang tính.</p>
        <select id="class" name="class" aria-describedby="class-hint"><option value="">Theo tệp</option>\(classes.map { "<option>\($0.name)</option>" as HTML })</select></div>
        <fieldset class="choices"><legend>Trong tệp có</legend>
        <label><input type="radio" name="extent" value="whole" checked> Đủ học sinh của mỗi lớp: em không có tên là em đã rời lớp</label>
        <label><input type="radio" name="extent" value="part"> Chỉ một số học sinh: không ai rời lớp</label></fieldset>
        <div class="actions"><button class="button">Xem trước</button></div></form>
        """)
  }

  private static func refusal(_ error: UserError) -> HTML {
    """
    <div class="problems" role="alert" tabindex="-1" aria-labelledby="problems"><h2 id="problems">Chưa đọc được tệp này</h2>
    <p>\(error.sentence) Danh sách của trường chưa thay đổi. <small>\(error.code.rawValue)</small></p></div>
    """
  }

  // MARK: Preview

  static func preview(_ preview: ClassListImport.Preview) -> Page {
    let faulty = Set(preview.plan.faults.map(\.at)).count
    return Page(
      "Xem trước danh sách",
      body: """
        \(Parts.back(to: "/classes/import", "Chọn tệp khác"))<h1>Xem trước danh sách</h1>
        \(steps(.preview))
        <p class="lead">Đọc được \(preview.plan.entries.count) học sinh trong tệp “\(preview.fileName)”. Danh sách của trường chưa thay đổi.</p>
        \(problems(preview, faulty), when: faulty > 0)
        \(ambiguities(preview), when: !preview.plan.reconciliation.ambiguous.isEmpty)
        \(ImportPlanPages.changes(preview))
        \(confirmation(preview))
        \(notes(preview))
        \(columns(preview.record))
        """)
  }

  private static func problems(_ preview: ClassListImport.Preview, _ faulty: Int) -> HTML {
    """
    <div class="problems" aria-labelledby="problems"><h2 id="problems">\(faulty) dòng chưa đọc được</h2>
    <p>Danh sách hiện có chưa thay đổi. Sửa các dòng đó trong tệp rồi chọn lại, hoặc chỉ nhập \(preview.plan.entries.count) dòng đọc được.</p></div>
    <section aria-labelledby="bad"><h2 id="bad">Dòng cần sửa</h2>
    \(Parts.table("Các dòng chưa đọc được", ["Dòng", "Cột", "Trong tệp", "Vì sao, và cách sửa", "Mã"], preview.plan.faults.prefix(500).map(fault)))
    \("<p>Chỉ hiện 500 dòng đầu.</p>" as HTML, when: preview.plan.faults.count > 500)</section>
    """
  }

  private static func fault(_ fault: ImportRecord.Fault) -> [HTML] {
    [
      place(fault.at.sheet, fault.at.line),
      "\(fault.letter.isEmpty ? "" : "\(fault.letter): ")\(fault.column)",
      fault.text.isEmpty ? "(trống)" : "<q>\(person: fault.text)</q>", "\(fault.sentence)", "\(fault.code)",
    ]
  }

  private static func place(_ sheet: String, _ line: Int) -> HTML {
    sheet.isEmpty ? "Dòng \(line)" : "Dòng \(line)<br><small>\(sheet)</small>"
  }

  /// The rows that only the clerk can decide.
  private static func ambiguities(_ preview: ClassListImport.Preview) -> HTML {
    """
    <section aria-labelledby="ask"><h2 id="ask">Cần thầy cô trả lời</h2>
    <p>Các dòng này có thể là học sinh đã có trong danh sách. Dòng chưa trả lời sẽ không được nhập.</p>
    <form method="post" action="/classes/import/\(preview.run)/decisions">
    <input type="hidden" name="plan" value="\(preview.fingerprint)">
    \(preview.plan.reconciliation.ambiguous.enumerated().map { question($1, number: $0, preview.plan) })
    <div class="actions"><button class="button quiet">Lưu câu trả lời</button></div></form></section>
    """
  }

  private static func question(
    _ ambiguity: ReconciliationPlan.Ambiguity, number: Int, _ plan: ImportPlan
  ) -> HTML {
    let entry = ambiguity.entry
    return """
      <fieldset class="choices"><legend>Dòng \(entry.source.line): \(person: entry.name), lớp \(entry.className)\(entry.birthDate.map { ", sinh \($0.forPeople)" } ?? "")</legend>
      \(ambiguity.candidates.map { "<label><input type=\"radio\" name=\"row-\(number)\" value=\"\($0)\"> Là em \(person: plan.names[$0] ?? "") đang học lớp \(plan.classNames[$0] ?? "")</label>\n" as HTML })\
      <label><input type="radio" name="row-\(number)" value="new"> Là học sinh mới</label></fieldset>

      """
  }

  private static func confirmation(_ preview: ClassListImport.Preview) -> HTML {
    let label =
      preview.outcome.changesNothing
      ? "Xong, không có gì thay đổi" : "Nhập \(preview.plan.entries.count) dòng đọc được"
    return """
      <div class="actions"><form method="post" action="/classes/import/\(preview.run)/confirmation">\
      <input type="hidden" name="plan" value="\(preview.fingerprint)"><button class="button">\(label)</button></form>
      <form method="post" action="/classes/import/\(preview.run)/discarding"><button class="button quiet">Bỏ bản xem trước này</button></form></div>
      """
  }

  private static func notes(_ preview: ClassListImport.Preview) -> HTML {
    let skipped = preview.record.skippedSheets.map { "Trang “\($0)” không có dòng tiêu đề nên không đọc." }
    let numbers = preview.plan.reconciliation.numberConflicts.map {
      "\($0.entry.name): số thứ tự trong tệp đã có em khác dùng nên nhận số \($0.given)."
    }
    let notes = preview.record.notes.prefix(200).map { note in
      (note.line.map { "Dòng \($0): " } ?? "") + note.sentence
    }
    let all = skipped + numbers + notes
    if all.isEmpty { return "" }
    return """
      <section aria-labelledby="notes"><h2 id="notes">Lưu ý khi đọc tệp</h2><ul>\(all.map { "<li>\($0)</li>" as HTML })</ul></section>
      """
  }

  private static func columns(_ record: ImportRecord) -> HTML {
    let dropped = Schools.unique(record.dropped.map(\.header)).filter { !$0.isEmpty }
    return """
      <section aria-labelledby="columns"><h2 id="columns">Các cột trong tệp</h2>
      <dl class="facts">\(record.columns.map { "<dt>\($0.letter): \($0.header)</dt><dd>\($0.meaning ?? "")</dd>" as HTML })\
      <dt>Cột không lưu</dt><dd>\(dropped.isEmpty ? "Không có" : dropped.joined(separator: ", "))</dd></dl></section>
      """
  }

  // MARK: Done

  static func done(_ outcome: ImportOutcome) -> Page {
    Page(
      "Đã nhập danh sách",
      body: """
        \(Parts.back(to: "/classes", "Lớp"))<h1>Đã nhập danh sách</h1>
        \(steps(.done))
        \(Parts.notice(.proved, "<p><strong>Đã lưu.</strong> \(outcome.changesNothing ? "Danh sách giống hệt danh sách đang có." : "Các lớp đã có danh sách mới.")</p>"))
        \(ImportPlanPages.counts(outcome))
        <div class="actions"><a class="button" href="/classes">Xem các lớp và in phiếu tài khoản</a>\
        <a class="button quiet" href="/classes/import">Nhập tệp khác</a></div>
        """)
  }
}
