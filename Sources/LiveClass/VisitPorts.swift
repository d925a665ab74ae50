package import Jobs
package import Rules
package import Storage

/// A school, or a homeroom teacher's class, in which somebody may announce visits.
package struct VisitPlace: Sendable, Equatable {
  package let unit: OrgUnit.ID
  package let schoolClass: SchoolClass.ID?
  package let name: String

  package init(unit: OrgUnit.ID, schoolClass: SchoolClass.ID? = nil, name: String) {
    self.unit = unit
    self.schoolClass = schoolClass
    self.name = name
  }

  /// As the address of the page names it.
  var key: String { schoolClass?.rawValue ?? unit.rawValue }
}

/// A lesson that can be chosen for a visit.
package struct VisitableLesson: Sendable, Equatable {
  package let id: Lesson.ID
  package let className: String
  package let subjectName: String
  package let teacher: Person.ID
  package let time: LessonTime

  package init(
    id: Lesson.ID, className: String, subjectName: String, teacher: Person.ID, time: LessonTime
  ) {
    self.id = id
    self.className = className
    self.subjectName = subjectName
    self.teacher = teacher
    self.time = time
  }
}

/// What visits ask of the other features.
package struct VisitPorts: Sendable {
  package var places: @Sendable (Viewer, Day, any Connection) throws -> [VisitPlace]
  /// Lessons that end after the first moment and begin before the second, by start.
  package var lessons:
    @Sendable (VisitPlace, Timestamp, Timestamp, any Connection) throws -> [VisitableLesson]
  /// Whether a person is a pupil anywhere today: no guest then.
  package var isPupil: @Sendable (Person.ID, Day, any Connection) throws -> Bool
  package var tell: @Sendable (NewMessage, Transaction) throws -> Void

  package init(
    places: @escaping @Sendable (Viewer, Day, any Connection) throws -> [VisitPlace],
    lessons:
      @escaping @Sendable (VisitPlace, Timestamp, Timestamp, any Connection) throws -> [VisitableLesson],
    isPupil: @escaping @Sendable (Person.ID, Day, any Connection) throws -> Bool,
    tell: @escaping @Sendable (NewMessage, Transaction) throws -> Void
  ) {
    self.places = places
    self.lessons = lessons
    self.isPupil = isPupil
    self.tell = tell
  }

  /// For a live class that stands alone: nobody can be visited, nobody is told, and nobody can be a guest.
  package static let none = VisitPorts(
    places: { _, _, _ in [] }, lessons: { _, _, _, _ in [] }, isPupil: { _, _, _ in true }, tell: { _, _ in })
}
