/// What the headers of class lists mean, however they are typed: with or without marks, capitals, “(*)”, NFC
/// or NFD.
///
/// - Source: `research/regulation.md` 6.1 (ministry export, K12Online, variants of public importers).
package enum ClassListHeaders {
  /// The field that one header names; nil for a column that is not needed or not known.
  package static func field(of header: String) -> ClassListField? {
    // “Nam” (a mark column) and “Năm” fold to the same letters.
    let words = VietnameseText.clean(header).lowercased().split { !$0.isLetter }
    if words == ["nam"] { return .maleMark }
    return fields[key(header)] ?? fields[key(withoutBrackets(header))]
  }

  /// The person that a group header such as “Thông tin mẹ” puts above its columns; nil when it is no such
  /// group.
  package static func group(of header: String) -> ClassListField.GuardianRole? {
    let words = key(header)
    for prefix in ["", "thong tin ", "thong tin ve ", "lien he "] where words.hasPrefix(prefix) {
      if let role = roles[String(words.dropFirst(prefix.count))] { return role }
    }
    return nil
  }

  /// The field of a column below one or more header rows, top first: “Mẹ” over “Họ tên” is the mother's name.
  package static func field(ofPath path: [String]) -> ClassListField? {
    guard let leaf = path.last else { return nil }
    let parents = path.dropLast()
    if let role = parents.lazy.compactMap(group(of:)).first {
      switch field(of: leaf) {
      case .fullName?, .givenName?: return .guardianName(role)
      case .guardianName(let own)?: return .guardianName(own == .any ? role : own)
      case .guardianPhone(let own)?: return .guardianPhone(own == .any ? role : own)
      default: return nil
      }
    }
    return field(of: path.joined(separator: " ")) ?? field(of: leaf)
  }

  /// Whether a cell is a header rather than a pupil's value: then the row that holds it may be a header row.
  package static func isHeader(_ text: String) -> Bool {
    field(of: text) != nil || group(of: text) != nil || unneeded.contains(key(text))
      || unneeded.contains(key(withoutBrackets(text))) || key(text) == "thong tin hoc sinh"
  }

  /// Folded words with single blanks, punctuation dropped.
  static func key(_ header: String) -> String {
    VietnameseText.folded(header).split { !($0.isLetter || $0.isNumber) }.joined(separator: " ")
  }

  static func withoutBrackets(_ header: String) -> String {
    var depth = 0
    return String(
      header.filter { character in
        if character == "(" { depth += 1 }
        defer { if character == ")" { depth = max(0, depth - 1) } }
        return depth == 0 && character != ")"
      })
  }

  private static let fields: [String: ClassListField] = {
    var result: [String: ClassListField] = [:]
    for (field, headers) in plainHeaders {
      for header in headers { result[header] = field }
    }
    for (who, role) in roles {
      for prefix in ["", "ho va ten ", "ho ten ", "ten ", "ho va ten cua ", "ho ten cua "] {
        result[prefix + who] = .guardianName(role)
      }
      for phone in phones {
        result["\(phone) \(who)"] = .guardianPhone(role)
        result["\(phone) cua \(who)"] = .guardianPhone(role)
      }
    }
    for phone in phones {
      for suffix in ["", " lien he", " lien lac"] { result[phone + suffix] = .guardianPhone(.any) }
    }
    return result
  }()

  private static let plainHeaders: [(ClassListField, [String])] = [
    (.orderNumber, ["stt", "tt", "so tt", "so thu tu", "s t t", "stt hs"]),
    (
      .code(.ministry),
      [
        "ma dinh danh bo gd dt", "ma dinh danh bo gddt", "ma dinh danh bo",
        "ma dinh danh bo giao duc va dao tao",
        "ma dinh danh csdl nganh", "ma hoc sinh bo gd dt", "ma hoc sinh csdl nganh", "ma csdl nganh",
      ]
    ),
    (
      .code(.school),
      [
        "ma hoc sinh", "ma hs", "mahs", "ma so hoc sinh", "ma so hs", "mshs", "ma dinh danh",
        "ma dinh danh hoc sinh",
        "ma dinh danh hs",
      ]
    ),
    (.code(.candidate), ["sbd", "so bao danh"]),
    (
      .fullName,
      [
        "ho va ten", "ho ten", "hoten", "ten hoc sinh", "ho va ten hoc sinh", "ho ten hoc sinh",
        "ho va ten hs",
        "ho ten hs", "ten hs", "hoc sinh", "ho va ten khai sinh", "ho ten khai sinh", "ho va ten day du",
      ]
    ),
    (
      .familyName,
      [
        "ho dem", "ho va chu dem", "ho chu dem", "ho lot", "ho va dem", "ho va ten dem", "ho ten dem",
        "ho va lot",
        "ho va chu lot", "ho chu lot", "ho va ten lot", "ho va", "ho",
      ]
    ),
    (.middleName, ["ten dem", "chu dem", "dem", "ten lot", "chu lot"]),
    (.givenName, ["ten"]),
    (
      .birthDate,
      [
        "ngay sinh", "ngaysinh", "ngay thang nam sinh", "ngay thang sinh", "sinh ngay", "nam sinh",
        "ngay nam sinh",
      ]
    ),
    (.sex, ["gioi tinh", "gioitinh", "gioi", "gt", "phai", "nam nu"]),
    (.femaleMark, ["nu"]),
    (.className, ["lop", "lop hoc", "ten lop", "lop hien tai", "lop hoc hien tai"]),
    (.status, ["trang thai", "trang thai hoc sinh", "trang thai hoc tap", "trang thai hs"]),
  ]

  private static let phones = [
    "sdt", "so dt", "dt", "dien thoai", "so dien thoai", "dtdd", "so dtdd", "di dong", "so di dong",
    "dien thoai di dong", "so dien thoai di dong",
  ]

  private static let roles: [String: ClassListField.GuardianRole] = [
    "me": .mother, "cha": .father, "bo": .father,
    "phu huynh": .any, "phu huynh hoc sinh": .any, "phhs": .any, "ph": .any, "cmhs": .any, "cha me": .any,
    "bo me": .any, "cha me hoc sinh": .any, "cha hoac me": .any, "bo hoac me": .any, "nguoi giam ho": .any,
    "giam ho": .any, "cha me hoac nguoi giam ho": .any, "phu huynh nguoi giam ho": .any,
  ]

  /// Headers met in real lists that we do not need: known only so that a second header row is recognised as
  /// one.
  private static let unneeded: Set<String> = [
    "dan toc", "noi sinh", "noi sinh chi tiet", "to thon ho khau thuong tru", "ho khau thuong tru",
    "tinh thanh que quan",
    "phuong xa que quan", "que quan", "cho o hien nay", "dia chi", "so cmnd", "cccd", "so cccd", "ngay cap",
    "noi cap",
    "nghe nghiep", "nghe nghiep cha", "nghe nghiep me", "nam sinh cha", "nam sinh me", "nam sinh cua me",
    "nam sinh nguoi giam ho", "khoi hoc", "khoi", "so dinh danh ca nhan", "ton giao", "email", "ghi chu",
    "ky ten",
    "ngay", "thang", "nam",
  ]
}
