package import HTTPTypes
package import Hummingbird
package import Rules

/// The frame around every page: who it is for, where they can go, what the installation is.
package struct Page: Sendable {
  package let title: String
  package let body: HTML
  /// Asset names of ES modules, `js/lesson.js`.
  package let scripts: [String]
  /// Asset names of further style sheets.
  package let styles: [String]
  /// `page` for reading pages; `lesson` for the room, which has no frame around it.
  package let layout: Layout
  /// Larger letters, for pages of pupils of grades 1 to 5.
  package let isForPrimary: Bool
  /// One question in one column: sign-in, a code.
  package let isNarrow: Bool

  package enum Layout: Sendable { case page, lesson, print }

  package init(
    _ title: String, scripts: [String] = [], styles: [String] = [], layout: Layout = .page,
    isForPrimary: Bool = false, isNarrow: Bool = false, body: HTML
  ) {
    self.title = title
    self.body = body
    self.scripts = scripts
    self.styles = styles
    self.layout = layout
    self.isForPrimary = isForPrimary
    self.isNarrow = isNarrow
  }

  package func response(in context: AppContext, status: HTTPResponse.Status = .ok) -> Response {
    .html(html(for: context.viewer, site: context.site, at: context.currentPath), status: status)
  }

  func html(for viewer: Viewer?, site: Site, at path: String) -> HTML {
    """
    <!doctype html>
    <html lang="vi"\("class=\"primary-school\"", if: isForPrimary)>
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title) – LớpAn</title>
    <link rel="icon" href="\(Assets.path("images/favicon.svg"))" type="image/svg+xml">
    <link rel="stylesheet" href="\(Assets.path("css/lopan.css"))">
    \(styles.map { "<link rel=\"stylesheet\" href=\"\(Assets.path($0))\">\n" as HTML })\
    \(modules(for: viewer).map { "<script type=\"module\" src=\"\(Assets.path($0))\"></script>\n" as HTML })\
    </head>
    \(frame(viewer, site, path))
    </html>
    """
  }

  /// Whoever is signed in gets alarms and notices on any page, at once.
  private func modules(for viewer: Viewer?) -> [String] {
    guard let viewer, viewer.isFullySignedIn, layout == .page else { return scripts }
    return scripts + ["js/live.js"]
  }

  private func frame(_ viewer: Viewer?, _ site: Site, _ path: String) -> HTML {
    switch layout {
    case .lesson: "<body class=\"in-lesson\"\(audience(viewer))>\n\(demoBanner(site))\(body)\n</body>"
    case .print:
      """
      <body class="for-print">
      \(demoBanner(site))\
      <main id="main" tabindex="-1">
      \(body)
      </main>
      </body>
      """
    case .page:
      """
      <body\(audience(viewer))>
      <a class="skip" href="#main">Đến nội dung chính</a>
      \(demoBanner(site))\
      <header class="site">
      <a class="brand" href="/"><img src="\(Assets.path("images/mark.svg"))" alt="" width="28" height="28"> \(site.name)</a>
      \(navigation(viewer, path))
      </header>
      <main id="main" tabindex="-1"\("class=\"narrow\"", if: isNarrow)>
      \(body)
      </main>
      <footer class="site"><p>LớpAn – lớp học an toàn. Cần giúp ngay: Tổng đài trẻ em <a href="tel:111">111</a>, công an <a href="tel:113">113</a>.</p></footer>
      </body>
      """
    }
  }

  private static let demo: HTML =
    "<aside class=\"demo\" aria-label=\"Lưu ý\">Dữ liệu minh họa – mọi người và trường ở đây đều là hư cấu.</aside>\n"

  /// Alarms are loud on the pages of adults only; without the attribute they stay quiet.
  private func audience(_ viewer: Viewer?) -> HTML {
    guard let viewer else { return "" }
    return viewer.holds(.pupil) ? " data-viewer=\"pupil\"" : " data-viewer=\"adult\""
  }

  private func demoBanner(_ site: Site) -> HTML {
    site.isDemo ? Self.demo : ""
  }

  private func navigation(_ viewer: Viewer?, _ path: String) -> HTML {
    guard let viewer else { return "" }
    let items = Navigation.items(for: viewer)
    return """
      <nav aria-label="Chính"><ul>
      \(items.map { "<li><a href=\"\($0.path)\"\("aria-current=\"page\"", if: $0.path == path)>\($0.label)</a></li>\n" as HTML })\
      <li class="me"><a href="/account">\(viewer.person.name)</a></li>
      </ul></nav>
      """
  }
}

/// The short row of places at the top, by role.
package enum Navigation {
  package struct Item: Sendable, Equatable {
    package let label: String
    package let path: String
  }

  package static func items(for viewer: Viewer) -> [Item] {
    guard viewer.isFullySignedIn else { return [] }
    var items = [Item(label: "Hôm nay", path: "/")]
    let teaches = viewer.holds(.subjectTeacher) || viewer.holds(.homeroomTeacher)
    let runs = viewer.holds(.head) || viewer.holds(.itTeacher)
    if teaches || runs { items.append(.init(label: "Lớp", path: "/classes")) }
    if teaches || runs || viewer.holds(.pupil) || viewer.holds(.guardian) {
      items.append(.init(label: "Thời khóa biểu", path: "/timetable"))
    }
    if teaches || viewer.holds(.head) || viewer.holds(.guardian) {
      items.append(.init(label: "Báo động", path: "/alarms"))
    }
    if viewer.holds(.officer) { items.append(.init(label: "Đơn vị", path: "/units")) }
    // A head finds it under “Nhà trường”: the row stays short on the phone.
    if viewer.holds(.officer) || viewer.holds(.homeroomTeacher) {
      items.append(.init(label: "Dự giờ", path: "/visits"))
    }
    if runs {
      items.append(.init(label: "Nhà trường", path: "/school"))
      items.append(.init(label: "Máy chủ", path: "/system"))
    }
    return items
  }
}
