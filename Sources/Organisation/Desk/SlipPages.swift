import Identity
import Rules
import Web

/// Account slips on paper: A4, eight to a sheet.
enum SlipPages {
  /// Whose sheet it is, and where one comes from.
  struct Heading: Sendable {
    let title: String
    let back: String
    let backLabel: String
    /// “6A2”; printed under each name.
    let group: String
    /// Whom to tell of a lost slip.
    let helper: String

    static func ofClass(_ facts: Schools.ClassFacts) -> Heading {
      .init(
        title: "Phiếu tài khoản lớp \(facts.name)", back: "/classes/\(facts.id)/accounts",
        backLabel: "Tài khoản lớp \(facts.name)", group: facts.name, helper: "giáo viên chủ nhiệm")
    }

    static func staff(of unit: Schools.Unit) -> Heading {
      .init(
        title: "Phiếu tài khoản giáo viên", back: "/units/\(unit.id)/staff",
        backLabel: "Giáo viên, nhân viên",
        group: "Giáo viên, nhân viên", helper: "người phụ trách CNTT")
    }
  }

  static func sheet(_ slips: [SlipSheet.Slip], host: String, _ heading: Heading) -> Page {
    Page(
      heading.title, layout: .print,
      body: """
        \(Parts.back(to: heading.back, heading.backLabel))
        <h1>\(heading.title)</h1>
        <p>\(slips.count) phiếu, 8 phiếu một tờ A4. <strong>Phiếu chỉ hiện một lần:</strong> in ngay bằng lệnh in của trình duyệt, \
        rồi trao tận tay từng người. Phiếu in trước đây không còn dùng được.</p>
        <ul class="slips">
        \(slips.map { slip($0, host: host, heading) })</ul>
        """)
  }

  /// The same sheet as a document of its own for the PDF: nothing in it points anywhere.
  static func document(_ slips: [SlipSheet.Slip], host: String, _ heading: Heading) -> HTML {
    """
    <!doctype html>
    <html lang="vi"><head><meta charset="utf-8"><title>\(heading.title)</title>
    <style>\(HTML.drawn(paper))</style></head>
    <body><ul class="slips">
    \(slips.map { slip($0, host: host, heading) })</ul></body></html>
    """
  }

  private static func slip(_ slip: SlipSheet.Slip, host: String, _ heading: Heading) -> HTML {
    let number = slip.child == nil ? slip.orderNumber : nil
    let who: HTML = number.map { ClassPages.numbered($0, slip.name) } ?? "\(person: slip.name)"
    // After `#`, so that the secret is neither sent to a server nor written into any log on its way.
    let address = "https://\(host)/activate#\(slip.login):\(slip.secret)"
    return """
      <li class="slip"><p class="who"><strong>\(who)</strong><span>\(heading.group) · \(slip.school)</span></p>
      <dl>\(slip.child.map { "<dt>Phụ huynh của em</dt><dd>\($0)</dd>" as HTML })\
      <dt>Địa chỉ</dt><dd>\(host)/activate</dd><dt>Tên đăng nhập</dt><dd class="secret">\(slip.login)</dd>\
      <dt>Mã dùng một lần</dt><dd class="secret">\(slip.secret)</dd><dt>Dùng đến hết ngày</dt><dd>\(slip.lastDay.forPeople)</dd></dl>
      \(QRCode.svg(address, label: "Mã QR kích hoạt"))
      <p class="note">Quét mã, hoặc mở địa chỉ rồi nhập mã. Đặt mật khẩu của riêng mình. Không đưa phiếu cho ai; mất phiếu thì báo \(heading.helper).</p></li>

      """
  }

  /// For WeasyPrint, which knows no grid; the measures are those of `css/lopan.css`.
  private static let paper = """
    @page { size: A4; margin: 8mm; }
    body { margin: 0; font: 9pt/1.4 "Noto Sans", "DejaVu Sans", sans-serif; color: #000; }
    ul { list-style: none; margin: 0; padding: 0; font-size: 0; }
    .slip { position: relative; display: inline-block; vertical-align: top; box-sizing: border-box; width: 97mm;
      height: 70mm; padding: 4mm 5mm; font-size: 8.5pt; border: .2mm dashed #777; overflow: hidden; break-inside: avoid; }
    .slip p, .slip dl, .slip dd { margin: 0; }
    .who strong { display: block; font-size: 11.5pt; }
    .slip dl { width: 52mm; margin-top: 1mm; }
    .slip dt { font-size: 7pt; color: #333; }
    .slip dd { font-weight: bold; overflow-wrap: anywhere; }
    .slip .secret { font: bold 11pt "DejaVu Sans Mono", monospace; }
    .qr { position: absolute; right: 4mm; top: 17mm; width: 30mm; height: 30mm; }
    .note { position: absolute; left: 5mm; right: 5mm; bottom: 3mm; font-size: 7pt; color: #333; }
    """
}
