import Identity
import Incidents
import Jobs
import LiveClass
import Organisation
import Rules
import Storage
import Timetable

/// Where features meet: each port of one is filled from the questions of another.
enum Ports {
  static let timetable = TimetablePorts(
    classes: { ids, db in
      let facts = try Schools.facts(of: ids, in: db)
      return try facts.mapValues { fact in
        .init(unit: fact.unit, name: fact.name, lastDay: try Schools.lastDay(of: fact.year, in: db))
      }
    },
    subjectNames: { try Schools.subjectNames($0, in: $1) },
    teachings: { schoolClass, day, db in
      try Schools.assignments(in: schoolClass, on: day, in: db).compactMap { assignment in
        assignment.subject.map { .init(teacher: assignment.person, subject: $0) }
      }
    },
    teachers: { try Schools.teachers(inSchool: $0, on: $1, in: $2) },
    classesOfSchool: { unit, day, db in
      guard let year = try Schools.year(for: unit, on: day, in: db) else { return [] }
      return try Schools.classes(of: unit, year: year.id, in: db).map(\.id)
    },
    permission: { try Schools.subject(ofClass: $0, on: $1, in: $2) })

  // MARK: Roles

  /// Roles by roster and function, and for today's substitutes the class they stand in for.
  static func memberships(_ lessons: Lessons) -> SessionGate.MembershipsPort {
    { person, day, db in
      let held = try Schools.memberships(of: person, on: day, in: db)
      guard held.contains(where: { $0.role == .subjectTeacher || $0.role == .homeroomTeacher }) else {
        return held
      }
      let standingIn = try lessons.lessons(
        ofTeacher: person, from: day.at(minutes: 0), to: day.at(minutes: 24 * 60),
        at: day.at(minutes: 24 * 60), in: db
      ).filter { $0.isSubstituted && !$0.isCancelled }
      return held + standingIn.map { Membership(.subjectTeacher, unit: $0.unit, schoolClass: $0.schoolClass) }
    }
  }

  // MARK: The live class

  static func liveClass(
    _ lessons: Lessons, _ desk: AlarmDesk, _ outbox: Outbox, now: @escaping @Sendable () -> Timestamp
  ) -> LiveClassPorts {
    LiveClassPorts(
      plan: { id, db in try plan(id, lessons, at: now(), in: db) },
      relations: { person, plan, db in try relations(person, plan, lessons, at: now(), in: db) },
      roster: { id, day, db in
        try Schools.roster(of: id, on: day, in: db).map {
          RosterSeat(person: $0.person, orderNumber: $0.orderNumber, name: $0.name)
        }
      },
      classSubject: { id, db in
        guard let facts = try Schools.facts(of: id, in: db),
          let subject = try Schools.subject(ofClass: id, on: Day(at: now()), in: db)
        else { return nil }
        return (subject, facts.name)
      },
      raise: { raised, db in try desk.raise(alarmCase(raised), in: db) },
      visits: visits(lessons, outbox))
  }

  private static func visits(_ lessons: Lessons, _ outbox: Outbox) -> VisitPorts {
    VisitPorts(
      places: { viewer, day, db in try visitPlaces(viewer, on: day, in: db) },
      lessons: { place, from, to, db in
        let begun = from - 4 * .hour
        let plans =
          try place.schoolClass.map {
            try lessons.lessons(ofClass: $0, from: begun, to: to, at: from, in: db)
          } ?? lessons.lessons(ofSchool: place.unit, from: begun, to: to, at: from, in: db)
        let classes = try Schools.facts(of: Array(Set(plans.map(\.schoolClass))), in: db)
        return plans.filter { $0.endsAt > from && !$0.isCancelled }.compactMap { plan in
          plan.time.map {
            VisitableLesson(
              id: plan.id, className: classes[plan.schoolClass]?.name ?? "", subjectName: plan.subjectName,
              teacher: plan.teacherInCharge, time: $0)
          }
        }
      },
      isPupil: { person, day, db in
        try Schools.memberships(of: person, on: day, in: db).contains { $0.role == .pupil }
      },
      tell: { message, db in try outbox.post(message, in: db) })
  }

  /// A head's schools, a homeroom teacher's classes, the schools below an officer's unit.
  private static func visitPlaces(_ viewer: Viewer, on day: Day, in db: any Connection) throws -> [VisitPlace]
  {
    var units = viewer.units(as: .head)
    for unit in viewer.units(as: .officer) { units += try Schools.schools(below: unit, on: day, in: db) }
    let named = try Schools.units(Array(Set(units)), on: day, in: db)
    let schools = named.values.map { VisitPlace(unit: $0.id, name: $0.name) }
    let classes = try Schools.facts(of: viewer.classes(as: .homeroomTeacher), in: db).values.map {
      VisitPlace(unit: $0.unit, schoolClass: $0.id, name: "Lớp \($0.name)")
    }
    return schools.sorted { ($0.name, $0.unit) < ($1.name, $1.unit) }
      + classes.sorted { ($0.name, $0.unit) < ($1.name, $1.unit) }
  }

  private static func plan(
    _ id: Lesson.ID, _ lessons: Lessons, at now: Timestamp, in db: any Connection
  ) throws -> LiveClass.LessonPlan? {
    guard let planned = try lessons.lesson(id, at: now, in: db), !planned.isCancelled,
      let time = planned.time,
      let facts = try Schools.facts(of: planned.schoolClass, in: db)
    else { return nil }
    return LiveClass.LessonPlan(
      id: id, schoolClass: planned.schoolClass, className: facts.name, unit: planned.unit,
      above: try Schools.ancestors(of: planned.unit, on: Day(at: now), in: db),
      subjectName: planned.subjectName,
      teacher: planned.teacherInCharge, time: time,
      opening: (try? OpeningRules(openingMinutes: planned.openingMinutes)) ?? .standard, grade: facts.grade)
  }

  /// How somebody stands to a lesson: by the timetable, then by the rolls of its day.
  private static func relations(
    _ person: Person.ID, _ plan: LiveClass.LessonPlan, _ lessons: Lessons, at now: Timestamp,
    in db: any Connection
  ) throws -> Set<LessonRelation> {
    let day = Day(at: plan.time.start)
    var relations: Set<LessonRelation> = []
    // The timetable goes on naming somebody who has left the school; the door must not.
    if person == plan.teacher, try !Schools.staff(among: [person], on: day, in: db).isEmpty {
      let planned = try lessons.lesson(plan.id, at: now, in: db)
      relations.insert(planned?.isSubstituted == true ? .substitute : .teacherInCharge)
    }
    let roles = try Schools.memberships(of: person, on: day, in: db)
    let mayVisit = roles.contains { [.homeroomTeacher, .head, .officer].contains($0.role) }
    let announced = try mayVisit && LessonVisits.opensDoor(to: person, of: plan, at: now, in: db)
    for held in roles {
      switch held.role {
      case .pupil where held.schoolClass == plan.schoolClass:
        if let place = try Schools.enrolment(of: person, in: plan.schoolClass, on: day, in: db) {
          relations.insert(.pupil(orderNumber: place.orderNumber))
        }
      case .pupil: relations.insert(.pupilOfOtherClass)
      case .guardian where held.schoolClass == plan.schoolClass: relations.insert(.guardian)
      case .homeroomTeacher where held.schoolClass == plan.schoolClass:
        relations.insert(.homeroomTeacher(visitAnnounced: announced))
      case .head where held.unit == plan.unit: relations.insert(.leader(visitAnnounced: announced))
      case .officer where plan.above.contains(held.unit): relations.insert(.leader(visitAnnounced: announced))
      case .subjectTeacher where held.unit != plan.unit, .homeroomTeacher where held.unit != plan.unit:
        relations.insert(.teacherOfOtherSchool)
      default: break
      }
    }
    return relations
  }

  private static func alarmCase(_ raised: RaisedAlarm) -> AlarmCase {
    AlarmCase(
      kind: raised.kind, unit: raised.plan.unit, schoolClass: raised.plan.schoolClass,
      className: raised.plan.className, lesson: raised.plan.id, teacher: raised.plan.teacher,
      reporter: raised.reporter, about: raised.about)
  }

  // MARK: Alarms

  static func alarms(_ lessons: Lessons, now: @escaping @Sendable () -> Timestamp) -> AlarmPorts {
    AlarmPorts(
      holders: { alarm, day, db in try holders(alarm, on: day, lessons, at: now(), in: db) },
      reporter: { person, alarm, db in
        if person == (try teacher(of: alarm, lessons, at: now(), in: db)) { return .teacherInCharge }
        let roles = try Schools.memberships(of: person, on: Day(at: now()), in: db)
        if roles.contains(where: { $0.role == .pupil }) { return .pupil }
        if roles.contains(where: { $0.role == .homeroomTeacher && $0.schoolClass == alarm.schoolClass }) {
          return .homeroomTeacher
        }
        if roles.contains(where: { $0.role == .head && $0.unit == alarm.unit }) { return .head }
        return roles.contains { $0.role == .guardian } ? .guardian : .otherAdult
      },
      subject: { person, alarm, db in
        if person == (try teacher(of: alarm, lessons, at: now(), in: db)) { return .teacherInCharge }
        let roles = try Schools.memberships(of: person, on: Day(at: now()), in: db)
        if roles.contains(where: { $0.role == .pupil }) { return .pupil }
        if roles.contains(where: { $0.role == .homeroomTeacher && $0.schoolClass == alarm.schoolClass }) {
          return .homeroomTeacher
        }
        if roles.contains(where: { $0.role == .head && $0.unit == alarm.unit }) { return .head }
        return roles.contains { $0.role == .guardian } ? .oneGuardian : .unknown
      })
  }

  private static func teacher(
    of alarm: AlarmCase, _ lessons: Lessons, at now: Timestamp, in db: any Connection
  ) throws -> Person.ID? {
    // A running lesson knows who taught it when its first page came; a substitute may have been appointed since.
    try alarm.lesson.flatMap { try lessons.lesson($0, at: now, in: db)?.teacherInCharge } ?? alarm.teacher
  }

  private static func holders(
    _ alarm: AlarmCase, on day: Day, _ lessons: Lessons, at now: Timestamp, in db: any Connection
  ) throws -> [AlarmRecipient: [Person.ID]] {
    // The family is that of the child who reports, or whose account it is about.
    let child = alarm.kind == .doubleUse ? alarm.about : alarm.reporter
    let functions = try Schools.holders(in: alarm.unit, on: day, in: db)
    let above = try Schools.ancestors(of: alarm.unit, on: day, in: db).flatMap {
      try Schools.holders(in: $0, on: day, in: db)
    }
    return [
      .teacherInCharge: try teacher(of: alarm, lessons, at: now, in: db).map { [$0] } ?? [],
      .homeroomTeacher: try Schools.homeroomTeacher(of: alarm.schoolClass, on: day, in: db).map { [$0] }
        ?? [],
      .guardian: try child.map { try Schools.guardians(of: $0, on: day, in: db) } ?? [],
      .head: functions.filter { $0.function == .head }.compactMap(\.person),
      .deputyHead: functions.filter { $0.function == .deputyHead }.compactMap(\.person),
      .receivingAuthority: above.filter { $0.function == .receivingAuthority }.compactMap(\.person),
    ]
  }
}
