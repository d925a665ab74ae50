import Rules

/// Reads .xlsx: a zip of XML parts. Macros, links, pictures and formulas are never touched, only cached
/// values.
struct OfficeWorkbook {
  static let dayZero1900 = Day(number: -25_569)
  static let dayZero1904 = Day(number: -24_107)

  private struct SheetEntry {
    let name: String
    let relation: String
    let isHidden: Bool
  }

  private let zip: ZipArchive
  private var sheets: [SheetEntry] = []
  private var dayZero = Self.dayZero1900
  private var strings: [String] = []
  private var formats: [CellFormat] = []

  static func read(
    _ bytes: [UInt8], _ budget: inout SpreadsheetBudget
  ) throws(SpreadsheetFault) -> Spreadsheet {
    var workbook = OfficeWorkbook(zip: try ZipArchive(bytes, budget.limits))
    return try workbook.read(&budget)
  }

  private init(zip: ZipArchive) { self.zip = zip }

  private mutating func read(_ budget: inout SpreadsheetBudget) throws(SpreadsheetFault) -> Spreadsheet {
    let main = try mainPart()
    let folder = main.split(separator: "/").dropLast().joined(separator: "/")
    try readWorkbook(main)
    let relations = try readRelations(of: main)
    let visible = sheets.filter { !$0.isHidden }
    guard !visible.isEmpty else { throw .noVisibleSheet }
    guard visible.count <= budget.limits.sheets else { throw .tooIntricate }
    strings = try readStrings(
      relations.values.first { $0.kind == "sharedStrings" }.map { Self.path($0.target, in: folder) },
      budget.limits)
    formats = try readFormats(
      relations.values.first { $0.kind == "styles" }.map { Self.path($0.target, in: folder) })
    var result = Spreadsheet(sheets: [], notices: notices)
    for sheet in visible {
      guard let relation = relations[sheet.relation], relation.kind == "worksheet" else { continue }
      let part = try zip.read(Self.path(relation.target, in: folder))
      var reader = WorksheetReader(name: sheet.name, strings: strings, formats: formats, dayZero: dayZero)
      result.sheets.append(try reader.read(part, &budget))
      if reader.hiddenRows > 0 {
        result.notices.append(.hiddenRowsRead(sheet: sheet.name, rows: reader.hiddenRows))
      }
    }
    guard !result.sheets.isEmpty else { throw .noVisibleSheet }
    return result
  }

  private var notices: [SpreadsheetNotice] {
    var notices: [SpreadsheetNotice] = []
    if zip.contains(where: { $0.hasSuffix("vbaproject.bin") || $0.contains("/macrosheets/") }) {
      notices.append(.macrosIgnored)
    }
    if zip.contains(where: { $0.contains("/externallinks/") }) { notices.append(.externalLinksIgnored) }
    let hidden = sheets.filter(\.isHidden).map { VietnameseText.clean(String($0.name.prefix(31))) }
    if !hidden.isEmpty { notices.append(.hiddenSheetsSkipped(Array(hidden.prefix(20)))) }
    return notices
  }

  // MARK: Parts

  private func mainPart() throws(SpreadsheetFault) -> String {
    if zip.contains("_rels/.rels") {
      let main = try relations(in: "_rels/.rels").values.first { $0.kind == "officeDocument" }
      if let main, main.target.lowercased().hasSuffix(".xml") {
        let path = Self.path(main.target, in: "")
        if path.lowercased().hasPrefix("word/") { throw .otherProgram("Word") }
        if path.lowercased().hasPrefix("ppt/") { throw .otherProgram("PowerPoint") }
        if zip.contains(path) { return path }
      }
    }
    if zip.contains("xl/workbook.xml") { return "xl/workbook.xml" }
    if zip.contains("xl/workbook.bin") { throw .otherProgram("Excel nhị phân (.xlsb)") }
    if zip.contains("content.xml"), zip.contains("mimetype") { throw .otherProgram("OpenDocument (.ods)") }
    if zip.contains(where: { $0.hasSuffix(".iwa") }) { throw .otherProgram("Numbers") }
    throw .unknownFormat
  }

  private mutating func readWorkbook(_ path: String) throws(SpreadsheetFault) {
    let xml = try XMLPull(try zip.read(path))
    while let event = try xml.next() {
      guard case .start(let name, _) = event else { continue }
      if name == "workbookPr" {
        let flag = xml.attributes()["date1904"]
        if flag == "1" || flag == "true" { dayZero = Self.dayZero1904 }
      } else if name == "sheet" {
        let attributes = xml.attributes()
        let state = attributes["state"] ?? "visible"
        sheets.append(
          .init(
            name: attributes["name"] ?? "", relation: attributes["id"] ?? "", isHidden: state != "visible"))
        if sheets.count > 1_000 { throw .tooIntricate }
      }
    }
  }

  private typealias Relation = (kind: String, target: String)

  private func readRelations(of path: String) throws(SpreadsheetFault) -> [String: Relation] {
    var pieces = path.split(separator: "/").map(String.init)
    let file = pieces.popLast() ?? ""
    return try relations(in: (pieces + ["_rels", file + ".rels"]).joined(separator: "/"))
  }

  /// Internal relations only: a target outside the file is never opened.
  private func relations(in path: String) throws(SpreadsheetFault) -> [String: Relation] {
    let xml = try XMLPull(try zip.read(path))
    var result: [String: Relation] = [:]
    while let event = try xml.next() {
      guard case .start("Relationship", _) = event else { continue }
      let attributes = xml.attributes()
      guard let id = attributes["Id"], let target = attributes["Target"],
        attributes["TargetMode"] != "External"
      else { continue }
      let kind = attributes["Type"]?.split(separator: "/").last.map(String.init) ?? ""
      result[id] = (kind, target)
    }
    return result
  }

  /// Resolves a relation's target against its folder.
  private static func path(_ target: String, in folder: String) -> String {
    var pieces: [Substring] = target.hasPrefix("/") ? [] : folder.split(separator: "/")
    for piece in target.split(separator: "/") where piece != "." {
      if piece == ".." { _ = pieces.popLast() } else { pieces.append(piece) }
    }
    return pieces.joined(separator: "/")
  }

  private func readStrings(
    _ path: String?, _ limits: SpreadsheetLimits
  ) throws(SpreadsheetFault) -> [String] {
    guard let path, zip.contains(path) else { return [] }
    let xml = try XMLPull(try zip.read(path))
    var strings: [String] = []
    while let event = try xml.next() {
      guard case .start("si", let isEmpty) = event else { continue }
      strings.append(isEmpty ? "" : try WorksheetReader.richText(xml, of: "si"))
      if strings.count > limits.sharedStrings { throw .tooIntricate }
    }
    return strings
  }

  private func readFormats(_ path: String?) throws(SpreadsheetFault) -> [CellFormat] {
    guard let path, zip.contains(path) else { return [] }
    let xml = try XMLPull(try zip.read(path))
    var codes: [Int: CellFormat] = [:]
    var formats: [CellFormat] = []
    var inCells = false
    while let event = try xml.next() {
      switch event {
      case .start("numFmt", _):
        let attributes = xml.attributes()
        guard let id = attributes["numFmtId"].flatMap({ Int($0) }), let code = attributes["formatCode"] else {
          continue
        }
        codes[id] = CellFormat(code: String(code.prefix(300)))
      case .start("cellXfs", let isEmpty): inCells = !isEmpty
      case .end("cellXfs"): inCells = false
      case .start("xf", _) where inCells:
        let id = xml.attributes()["numFmtId"].flatMap { Int($0) } ?? 0
        formats.append(codes[id] ?? CellFormat(builtIn: id))
        if formats.count > 70_000 { throw .tooIntricate }
      default: continue
      }
    }
    return formats
  }
}
