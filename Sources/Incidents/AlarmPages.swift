import Jobs
import Rules
import Web

enum AlarmPages {
  struct View: Sendable {
    let stored: AlarmStore.Stored
    let addressees: [AlarmStore.Addressee]
    let names: [Person.ID: String]
    let receipts: [MessageReceipt]
    let exceptions: [(recipient: AlarmRecipient?, why: String)]
    let acknowledged: [Person.ID: Timestamp]
    let viewer: Viewer
  }

  static func list(_ alarms: [AlarmStore.Stored], acknowledged: Set<Alarm.ID>, now: Timestamp) -> Page {
    Page(
      "Báo động",
      body: """
        <h1>Báo động</h1>
        \(alarms.isEmpty ? empty : "<ul class=\"cards rows\">\n\(alarms.map { item($0, acknowledged.contains($0.id), now) })</ul>")
        """)
  }

  private static let empty: HTML =
    "<p class=\"empty\">Chưa có báo động nào. Khi một em bấm “Có người lạ” hoặc “Em cần giúp”, tin sẽ hiện ở đây ngay.</p>"

  private static func item(_ stored: AlarmStore.Stored, _ isAcknowledged: Bool, _ now: Timestamp) -> HTML {
    """
    <li><div><h2><a href="/alarms/\(stored.id)">\(AlarmWords.title(stored.alarm.kind)) – lớp \(stored.alarm.className)</a></h2>
    <p class="meta">\(stored.at.clock) ngày \(Day(at: stored.at).forPeople)</p></div>
    \(isAcknowledged ? "<span class=\"badge proved\">Đã có người nhận</span>" : "<span class=\"badge alarm\">Chưa ai nhận</span>")</li>

    """
  }

  static func alarm(_ view: View, now: Timestamp) -> Page {
    let alarm = view.stored.alarm
    let hasAcknowledged = view.acknowledged[view.viewer.person.id] != nil
    return Page(
      AlarmWords.title(alarm.kind),
      body: """
        <p class="back"><a href="/alarms">← Báo động</a></p>
        <section class="now alarm">
        <h1>\(AlarmWords.title(alarm.kind))</h1>
        <p class="lead">Lớp \(alarm.className), \(view.stored.at.clock) ngày \(Day(at: view.stored.at).forPeople).</p>
        <p>\(AlarmWords.what(alarm.kind)).</p>
        \(hasAcknowledged ? "<p><span class=\"badge proved\">Bạn đã nhận xử lý</span></p>" : acknowledge(view.stored.id))
        </section>
        <section class="card">
        <h2>Đã báo cho</h2>
        <div class="table"><table>
        <thead><tr><th scope="col">Người</th><th scope="col">Vai trò</th><th scope="col">Báo lúc</th><th scope="col">Đã xem</th></tr></thead>
        <tbody>
        \(view.addressees.map { addressee($0, view) })
        </tbody></table></div>
        \(view.exceptions.map(exception))
        </section>
        <section class="card">
        <h2>Làm gì bây giờ</h2>
        <ol class="steps">
        <li>Mở lớp: <strong>Dừng tất cả</strong>, rồi đưa người lạ ra khỏi lớp.</li>
        <li>Trấn an các em. Ghi lại điều đã thấy.</li>
        <li>Nếu có đe dọa, quấy rối hoặc xâm hại: gọi công an <a href="tel:113">113</a>, Tổng đài trẻ em <a href="tel:111">111</a>.</li>
        </ol>
        \(alarm.lesson.map { "<p class=\"actions\"><a class=\"button quiet\" href=\"/lessons/\($0)/record\">Hồ sơ tiết học</a></p>" as HTML })
        </section>
        """)
  }

  private static func acknowledge(_ id: Alarm.ID) -> HTML {
    """
    <form method="post" action="/alarms/\(id)/acknowledgement"><button class="button big" type="submit">Tôi nhận xử lý</button></form>
    """
  }

  private static func addressee(_ addressee: AlarmStore.Addressee, _ view: View) -> HTML {
    let own = view.receipts.filter { $0.recipient == addressee.person }
    let read = own.compactMap(\.readAt).min()
    let shown = own.compactMap(\.deliveredAt).min()
    return """
      <tr><th scope="row">\(view.names[addressee.person])</th>\
      <td data-label="Vai trò">\(AlarmWords.recipient(addressee.recipient))</td>\
      <td class="number" data-label="Báo lúc">\(addressee.at.clockToTheSecond)</td>\
      <td data-label="Đã xem">\(seen(read: read, shown: shown, taken: view.acknowledged[addressee.person]))</td></tr>

      """
  }

  private static func seen(read: Timestamp?, shown: Timestamp?, taken: Timestamp?) -> HTML {
    if let taken { return "<span class=\"badge proved\">Nhận xử lý \(taken.clockToTheSecond)</span>" }
    if let read { return "<span class=\"badge proved\">Đã đọc \(read.clockToTheSecond)</span>" }
    if let shown { return "<span class=\"badge live\">Đã hiện \(shown.clockToTheSecond)</span>" }
    return "<span class=\"badge waiting\">Chưa xem</span>"
  }

  private static func exception(_ exception: (recipient: AlarmRecipient?, why: String)) -> HTML {
    if exception.why == "subject" {
      return "<p class=\"hint\">Một người không được báo vì là người được nêu trong vụ việc.</p>\n"
    }
    let whom = exception.recipient.map(AlarmWords.recipient) ?? ""
    return "<p class=\"notice due\">Chưa có ai giữ vai trò \(whom). Nhà trường cần cử người.</p>\n"
  }
}
