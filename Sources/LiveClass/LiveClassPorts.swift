package import Rules
package import Storage

/// A lesson as the timetable plans it, with what the door needs to know of its class.
package struct LessonPlan: Sendable, Equatable {
  package let id: Lesson.ID
  package let schoolClass: SchoolClass.ID
  package let className: String
  package let unit: OrgUnit.ID
  /// Units above the school today.
  package let above: [OrgUnit.ID]
  package let subjectName: String
  /// Who teaches it, substitutes counted.
  package let teacher: Person.ID
  package let time: LessonTime
  package let opening: OpeningRules
  /// 1 … 12; the youngest see larger letters.
  package let grade: Int

  package init(
    id: Lesson.ID, schoolClass: SchoolClass.ID, className: String, unit: OrgUnit.ID, above: [OrgUnit.ID],
    subjectName: String, teacher: Person.ID, time: LessonTime, opening: OpeningRules, grade: Int
  ) {
    self.id = id
    self.schoolClass = schoolClass
    self.className = className
    self.unit = unit
    self.above = above
    self.subjectName = subjectName
    self.teacher = teacher
    self.time = time
    self.opening = opening
    self.grade = grade
  }

  package var subject: Subject { .init(unit: unit, above: above, schoolClass: schoolClass) }
}

/// One row of the class list on the day of a lesson.
package struct RosterSeat: Sendable, Equatable {
  package let person: Person.ID
  package let orderNumber: Int
  package let name: String

  package init(person: Person.ID, orderNumber: Int, name: String) {
    self.person = person
    self.orderNumber = orderNumber
    self.name = name
  }
}

/// An alarm that was raised in a lesson, handed on in the transaction that recorded it.
package struct RaisedAlarm: Sendable {
  package let kind: AlarmKind
  package let plan: LessonPlan
  /// Nil when the system noticed it.
  package let reporter: Person.ID?
  /// Whom it is about, when known.
  package let about: Person.ID?

  package init(kind: AlarmKind, plan: LessonPlan, reporter: Person.ID?, about: Person.ID?) {
    self.kind = kind
    self.plan = plan
    self.reporter = reporter
    self.about = about
  }
}

/// What the live class asks of the other features; filled in by the application.
package struct LiveClassPorts: Sendable {
  package var plan: @Sendable (Lesson.ID, any Connection) throws -> LessonPlan?
  /// How somebody stands to a lesson, by roster, timetable and relations on its day.
  package var relations: @Sendable (Person.ID, LessonPlan, any Connection) throws -> Set<LessonRelation>
  package var roster: @Sendable (SchoolClass.ID, Day, any Connection) throws -> [RosterSeat]
  /// The class of an id, for the pages about its password.
  package var classSubject:
    @Sendable (SchoolClass.ID, any Connection) throws -> (subject: Subject, name: String)?
  package var raise: @Sendable (RaisedAlarm, Transaction) throws -> Void
  /// Where somebody may announce visits, and what is taught there.
  package var visits: VisitPorts

  package init(
    plan: @escaping @Sendable (Lesson.ID, any Connection) throws -> LessonPlan?,
    relations: @escaping @Sendable (Person.ID, LessonPlan, any Connection) throws -> Set<LessonRelation>,
    roster: @escaping @Sendable (SchoolClass.ID, Day, any Connection) throws -> [RosterSeat],
    classSubject:
      @escaping @Sendable (SchoolClass.ID, any Connection) throws -> (subject: Subject, name: String)?,
    raise: @escaping @Sendable (RaisedAlarm, Transaction) throws -> Void,
    visits: VisitPorts = .none
  ) {
    self.plan = plan
    self.relations = relations
    self.roster = roster
    self.classSubject = classSubject
    self.raise = raise
    self.visits = visits
  }
}
