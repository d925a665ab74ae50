import Rules
import Web

enum SetupPages {
  /// What was refused, above the form; nothing has changed.
  static func refusal(_ error: UserError) -> HTML {
    """
    <div class="problems" role="alert" tabindex="-1" aria-labelledby="problems"><h2 id="problems">Chưa lưu</h2>
    <p>\(error.sentence) <small>\(error.code.rawValue)</small></p></div>

    """
  }

  // MARK: Years

  static func years(
    _ unit: Schools.Unit, _ years: [Schools.YearEntry], today: Day, problem: UserError?, typed: Form?
  ) -> Page {
    let current = years.first { $0.span.first <= today && today <= $0.span.last }
    return Page(
      "Năm học",
      body: """
        \(Parts.back(to: "/school", "Nhà trường"))<h1>Năm học</h1>
        <p class="lead">\(current.map { "Đang trong năm học \($0.year.name), đến hết ngày \($0.year.last.forPeople)." } ?? "Hôm nay chưa thuộc năm học nào. Hãy thêm năm học để bắt đầu.")</p>
        \(problem.map(refusal))
        \(years.isEmpty ? "" : "<section aria-labelledby=\"all\"><h2 id=\"all\">Các năm học</h2><ul class=\"cards rows\">\n\(years.map { card($0, unit, today) })</ul></section>")
        \(yearForm(unit, SchoolYearRules.suggestion(for: today, after: years.map(\.span)), typed))
        \(current.map { $0.isOwn ? endForm($0, unit, today) : "" } ?? "")
        """)
  }

  private static func card(_ entry: Schools.YearEntry, _ unit: Schools.Unit, _ today: Day) -> HTML {
    let terms = entry.terms.enumerated().map {
      " · Học kỳ \($0 + 1): \($1.first.forPeople) – \($1.last.forPeople)"
    }
    let badge: HTML =
      today < entry.span.first
      ? Parts.badge("Sắp tới", .waiting)
      : today > entry.span.last ? Parts.badge("Đã kết thúc", .none) : Parts.badge("Hiện nay", .live)
    return """
      <li><div><h3>\(entry.year.name)</h3><p class="meta">\(entry.year.first.forPeople) – \(entry.year.last.forPeople)\
      \(terms.joined())\(entry.isOwn ? "" : " · cấp trên đặt cho các trường")</p></div>\(badge)</li>

      """
  }

  private static func yearForm(
    _ unit: Schools.Unit, _ proposal: SchoolYearRules.Proposal, _ typed: Form?
  ) -> HTML {
    """
    <section aria-labelledby="add"><h2 id="add">Thêm năm học</h2>
    <p class="hint">Ngày đã điền sẵn theo kế hoạch thường lệ. Hãy sửa theo quyết định của tỉnh.</p>
    <form method="post" action="/units/\(unit.id)/years">
    <div class="field"><label for="name">Tên</label><input class="short" id="name" name="name" value="\(typed?["name"] ?? proposal.name)" maxlength="40" required></div>
    \(span("Năm học", "first", "last", proposal.span, typed))
    \(proposal.terms.enumerated().map { span("Học kỳ \($0 + 1)", "term-\($0 + 1)-first", "term-\($0 + 1)-last", $1, typed) })
    <div class="actions"><button class="button">Thêm năm học</button></div></form></section>
    """
  }

  private static func span(
    _ legend: String, _ first: String, _ last: String, _ span: SchoolYearRules.Span, _ typed: Form?
  ) -> HTML {
    let day = { (name: String, day: Day) in typed.map { $0[name] ?? "" } ?? day.description }
    return """
      <fieldset class="inline"><legend>\(legend)</legend>
      <div class="field"><label for="\(first)">Từ ngày</label><input id="\(first)" name="\(first)" type="date" value="\(day(first, span.first))"></div>
      <div class="field"><label for="\(last)">Đến hết ngày</label><input id="\(last)" name="\(last)" type="date" value="\(day(last, span.last))"></div></fieldset>

      """
  }

  private static func endForm(_ entry: Schools.YearEntry, _ unit: Schools.Unit, _ today: Day) -> HTML {
    """
    <section aria-labelledby="end"><h2 id="end">Kết thúc sớm năm học \(entry.year.name)</h2>
    <p>Sau ngày cuối, danh sách lớp của năm học này chỉ còn để xem lại. Không gì bị xóa.</p>
    <form method="post" class="inline" action="/units/\(unit.id)/years/\(entry.year.id)/ending"><div class="field"><label for="on">Ngày cuối</label>\
    <input class="short" id="on" name="on" type="date" min="\(today.description)" max="\(entry.year.last.description)" value="\(entry.year.last.description)" required></div>\
    <button class="button quiet">Đặt ngày cuối</button></form></section>
    """
  }

  // MARK: Subjects

  static func subjects(
    _ unit: Schools.Unit, _ subjects: [Schools.SubjectEntry], levels: Set<StandardSubjects.Level>,
    problem: UserError?
  ) -> Page {
    let (taught, retired) = (subjects.filter { $0.retiredOn == nil }, subjects.filter { $0.retiredOn != nil })
    return Page(
      "Môn học",
      body: """
        \(Parts.back(to: "/school", "Nhà trường"))<h1>Môn học</h1>
        <p class="lead">\(taught.isEmpty ? "Trường chưa có môn nào. Hãy chọn các môn của cấp học dưới đây." : "Trường đang dạy \(taught.count) môn.")</p>
        \(problem.map(refusal))
        \(taught.isEmpty ? "" : table(unit, taught))
        \(suggestions(unit, subjects, levels))
        \(other(unit))
        \(retired.isEmpty ? "" : retiredList(unit, retired))
        """)
  }

  private static func table(_ unit: Schools.Unit, _ subjects: [Schools.SubjectEntry]) -> HTML {
    Parts.table(
      "Môn đang dạy", ["Môn", "Số lớp", "Việc"], numbers: [1],
      subjects.map { entry in
        [
          "\(entry.name)", "\(entry.classes)",
          entry.classes > 0
            ? "" : step("/units/\(unit.id)/subjects/\(entry.id)/retirement", "Ngừng dạy", entry.name),
        ]
      })
  }

  private static func step(_ path: String, _ label: String, _ whom: String) -> HTML {
    """
    <form method="post" action="\(path)"><button class="link">\(label)<span class="visually-hidden"> \(whom)</span></button></form>
    """
  }

  private static func suggestions(
    _ unit: Schools.Unit, _ subjects: [Schools.SubjectEntry], _ levels: Set<StandardSubjects.Level>
  ) -> HTML {
    let known = Set(subjects.map { VietnameseText.folded($0.name) })
    return StandardSubjects.Level.allCases.map { level -> HTML in
      let names = StandardSubjects.names(of: level).filter { !known.contains(VietnameseText.folded($0)) }
      if names.isEmpty { return "" }
      // Only a school that has no subject yet is asked about all levels; later those of its own classes.
      if !subjects.isEmpty, !levels.isEmpty, !levels.contains(level) { return "" }
      let isOpen = levels.isEmpty ? subjects.isEmpty && level == .lowerSecondary : levels.contains(level)
      return """
        <details\("open", if: isOpen)><summary>Môn của cấp \(level.label) (chương trình 2018)</summary>
        <form method="post" action="/units/\(unit.id)/subjects">
        <fieldset class="choices several"><legend>Chọn các môn trường dạy</legend>
        \(names.map { "<label><input type=\"checkbox\" name=\"subject\" value=\"\($0)\"\("checked", if: subjects.isEmpty)> \($0)</label>\n" as HTML })</fieldset>
        <div class="actions"><button class="button">Thêm các môn đã chọn</button></div></form></details>

        """
    }.joined()
  }

  private static func other(_ unit: Schools.Unit) -> HTML {
    """
    <section aria-labelledby="other"><h2 id="other">Môn khác</h2>
    <form method="post" class="inline" action="/units/\(unit.id)/subjects"><div class="field"><label for="name">Tên môn</label>\
    <input id="name" name="name" maxlength="60" required></div><button class="button quiet">Thêm môn</button></form></section>
    """
  }

  private static func retiredList(_ unit: Schools.Unit, _ subjects: [Schools.SubjectEntry]) -> HTML {
    """
    <section aria-labelledby="retired"><h2 id="retired">Đã ngừng dạy</h2>
    \(Parts.table("Môn đã ngừng dạy", ["Môn", "Từ ngày", "Việc"], subjects.map { entry in
      [
        "\(entry.name)", "\(entry.retiredOn?.forPeople ?? "")",
        step("/units/\(unit.id)/subjects/\(entry.id)/restoration", "Dạy lại", entry.name),
      ]
    }))</section>
    """
  }
}
