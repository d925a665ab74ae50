/// One browser on one device, known by a key that never leaves it: the thumbprint of that key.
package enum DeviceKey { package typealias ID = Identifier<DeviceKey> }

/// What somebody is in the room, once in.
package enum RoomRole: String, Hashable, Sendable, CaseIterable, Codable {
  case teacher, visitor, pupil, guest
}

/// How a person stands to a lesson on its day, by roster, timetable and recorded decisions. None at all: a
/// stranger.
package enum LessonRelation: Hashable, Sendable {
  case teacherInCharge
  case substitute
  /// The homeroom teacher of the class, who visits the lesson of a colleague; visits are announced and
  /// visible.
  case homeroomTeacher(visitAnnounced: Bool)
  /// Head, deputy or inspector.
  case leader(visitAnnounced: Bool)
  /// On the roster as at the day of the lesson.
  case pupil(orderNumber: Int)
  /// Somebody for whom a named adult recorded a decision.
  case guest(admittedBy: Person.ID)
  case guardian
  case pupilOfOtherClass
  case teacherOfOtherSchool
}

/// By what right somebody is in the room: what the decision record shows.
package enum AdmissionBasis: Hashable, Sendable, Codable {
  case assignment
  case substitution
  case announcedVisit
  case rosterRow(orderNumber: Int)
  case decision(by: Person.ID)
}

/// Role and right together.
package struct RoomStanding: Hashable, Sendable, Codable {
  package let role: RoomRole
  package let basis: AdmissionBasis

  package init(role: RoomRole, basis: AdmissionBasis) {
    self.role = role
    self.basis = basis
  }

  /// The best standing that the relations give; nil when none of them opens the door.
  package static func best(of relations: Set<LessonRelation>) -> RoomStanding? {
    var best: (rank: Int, standing: RoomStanding)?
    for relation in relations {
      guard let found = standing(relation) else { continue }
      // Equal ranks (two decisions for one guest) are told apart by text, so that the answer never depends on
      // the order of a set.
      if let best, (best.rank, "\(best.standing.basis)") <= (found.rank, "\(found.standing.basis)") {
        continue
      }
      best = found
    }
    return best?.standing
  }

  private static func standing(_ relation: LessonRelation) -> (rank: Int, standing: RoomStanding)? {
    switch relation {
    case .teacherInCharge: (0, .init(role: .teacher, basis: .assignment))
    case .substitute: (1, .init(role: .teacher, basis: .substitution))
    case .pupil(let orderNumber): (2, .init(role: .pupil, basis: .rosterRow(orderNumber: orderNumber)))
    case .homeroomTeacher(let announced), .leader(let announced):
      announced ? (3, .init(role: .visitor, basis: .announcedVisit)) : nil
    case .guest(let adult): (4, .init(role: .guest, basis: .decision(by: adult)))
    case .guardian, .pupilOfOtherClass, .teacherOfOtherSchool: nil
    }
  }
}
