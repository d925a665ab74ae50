/// What the list of sessions calls a browser: enough to recognise the own one, no more.
enum BrowserLabel {
  static func describe(_ userAgent: String) -> String {
    let browser =
      [
        ("Edg/", "Edge"), ("CocCoc", "Cốc Cốc"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
      ]
      .first { userAgent.contains($0.0) }?.1 ?? "Trình duyệt"
    let device =
      [
        ("Android", "điện thoại Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "máy Windows"),
        ("Mac OS", "máy Mac"), ("Linux", "máy Linux"),
      ]
      .first { userAgent.contains($0.0) }?.1 ?? "thiết bị khác"
    return "\(browser) trên \(device)"
  }
}
