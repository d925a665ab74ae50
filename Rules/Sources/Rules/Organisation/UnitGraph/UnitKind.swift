/// What a unit of the education system is.
///
/// - Source: `research/regulation.md` 4.1: district offices existed until 2025-06-30; since then the commune's people's
///   committee and its culture and social office stand between province and school.
package enum UnitKind: String, Hashable, Sendable, CaseIterable {
  case ministry
  case department
  case districtOffice = "district_office"
  case commune
  case communeOffice = "commune_office"
  case school
  case police
  case childHelpline = "child_helpline"
  case informationAuthority = "information_authority"

  /// As people read it.
  package var label: String {
    switch self {
    case .ministry: "Bộ"
    case .department: "Sở Giáo dục và Đào tạo"
    case .districtOffice: "Phòng Giáo dục và Đào tạo"
    case .commune: "Ủy ban nhân dân xã, phường"
    case .communeOffice: "Phòng Văn hóa – Xã hội"
    case .school: "Trường"
    case .police: "Công an"
    case .childHelpline: "Tổng đài bảo vệ trẻ em"
    case .informationAuthority: "Cơ quan thông tin"
    }
  }
}

/// How one unit stands under another; each kind is a graph of its own without cycles.
package enum UnitEdgeKind: String, Hashable, Sendable, CaseIterable {
  /// At most one such parent at a date.
  case administrative
  case professional
  case directlyManaged = "directly_managed"
  case locatedIn = "located_in"
  case deliversTo = "delivers_to"

  /// The kinds along which a superior may look at what is below.
  package static let superior: Set<UnitEdgeKind> = [.administrative, .professional, .directlyManaged]

  package var label: String {
    switch self {
    case .administrative: "Quản lý hành chính"
    case .professional: "Chỉ đạo chuyên môn"
    case .directlyManaged: "Trực tiếp quản lý"
    case .locatedIn: "Đặt trụ sở tại"
    case .deliversTo: "Gửi văn bản tới"
    }
  }
}

/// What somebody does in or for a unit, with dates: recipients are functions, never names in code.
package enum UnitFunction: String, Hashable, Sendable, CaseIterable {
  case head
  case deputyHead = "deputy_head"
  case itTeacher = "it_teacher"
  /// Looks after pupils in distress; known by name, without a view of anybody's data by this function alone.
  case counsellor
  case officer
  case policeContact = "police_contact"
  case childHelpline = "child_helpline"
  case receivingAuthority = "receiving_authority"
  case informationAuthority = "information_authority"

  package var label: String {
    switch self {
    case .head: "Người đứng đầu"
    case .deputyHead: "Cấp phó"
    case .itTeacher: "Phụ trách CNTT"
    case .counsellor: "Tư vấn học đường"
    case .officer: "Cán bộ"
    case .policeContact: "Đầu mối công an"
    case .childHelpline: "Tổng đài bảo vệ trẻ em"
    case .receivingAuthority: "Nơi tiếp nhận báo cáo"
    case .informationAuthority: "Cơ quan thông tin"
    }
  }

  /// The role that the function gives to its holder; nil for those who are only told.
  ///
  /// - Parameter kind: of the unit in which the function is held.
  /// - Source: a deputy acts for the head (KT.), so has the same rights; ours.
  package func role(in kind: UnitKind) -> Role? {
    switch (self, kind) {
    case (.head, .school), (.deputyHead, .school): .head
    case (.itTeacher, .school): .itTeacher
    case (.head, _), (.deputyHead, _), (.officer, _): .officer
    default: nil
    }
  }
}
