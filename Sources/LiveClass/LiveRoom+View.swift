import Media
import Rules

/// What a page is shown first: the lobby, or the room as it is now.
extension LiveRoom {
  func lobbyText(_ person: Person.ID) -> String {
    LiveJSON.object([
      ("t", "\"entered\""), ("place", "\"lobby\""), ("lesson", LiveJSON.string(plan.id.rawValue)),
      ("you", you(person)), ("start", "\(plan.time.start.seconds)"),
      ("text", LiveJSON.string(waitingSentence)),
    ])
  }

  private var waitingSentence: String {
    if state.phase == .scheduled { return LobbyReason.teacherHasNotOpened.sentence }
    if state.isLocked || state.isFrozen { return LobbyReason.doorLocked.sentence }
    return LobbyReason.teacherAway.sentence
  }

  private func you(_ person: Person.ID) -> String {
    let seat = state.seats[person]
    return LiveJSON.object([
      ("person", LiveJSON.string(person.rawValue)), ("name", LiveJSON.string(name(person))),
      ("role", LiveJSON.string(seat?.role.rawValue ?? "")),
      ("permits", LiveJSON.permits(seat?.permits ?? [])),
      ("hand", seat?.handIsUp == true ? "true" : "false"),
    ])
  }

  func roomText(_ person: Person.ID, legs: Set<MediaLeg> = []) -> String {
    let present = state.seats.filter { $0.value.place == .room }.sorted { $0.key < $1.key }
    let people = present.map { id, seat in
      LiveJSON.object([
        ("person", LiveJSON.string(id.rawValue)), ("name", LiveJSON.string(name(id))),
        ("role", LiveJSON.string(seat.role.rawValue)), ("live", seat.isLive ? "true" : "false"),
        ("hand", seat.handIsUp ? "true" : "false"), ("permits", LiveJSON.permits(seat.permits)),
      ])
    }
    var fields = [
      ("t", "\"entered\""), ("place", "\"room\""), ("lesson", LiveJSON.string(plan.id.rawValue)),
      ("seq", "\(publishedSeq)"),
      ("you", you(person)), ("phase", LiveJSON.string(state.phase.rawValue)),
      ("locked", state.isLocked ? "true" : "false"), ("frozen", state.isFrozen ? "true" : "false"),
      ("teacher", state.teacherPresent ? "true" : "false"),
      ("chat", LiveJSON.string(state.chatMode.rawValue)),
      ("start", "\(plan.time.start.seconds)"), ("end", "\(plan.time.end.seconds)"),
      ("people", LiveJSON.list(people)),
    ]
    if !legs.isEmpty {
      fields.append(("legs", LiveJSON.list(legs.map(\.rawValue).sorted().map { LiveJSON.string($0) })))
    }
    // Who is missing and who waits is the teacher's business alone.
    if state.seats[person]?.role == .teacher {
      let waiting = state.seats.filter { $0.value.place == .lobby }.keys.sorted().map {
        LiveJSON.string($0.rawValue)
      }
      fields.append(("waiting", LiveJSON.list(waiting)))
      fields.append(
        (
          "roster",
          LiveJSON.list(
            roster.map {
              LiveJSON.object([
                ("person", LiveJSON.string($0.person.rawValue)), ("name", LiveJSON.string(name($0.person))),
              ])
            })
        ))
    }
    return LiveJSON.object(fields)
  }
}
