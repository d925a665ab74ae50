/// Who of the staff may do what to a colleague's place and account, beyond what the permission table says.
///
/// The table lets the IT teacher look after all accounts of the school. These rules keep that from becoming a way to
/// take over the head's account, and keep a school from being left without anybody who answers for it.
/// - Source: S3-32, S3-56; the limits are ours.
package enum StaffRules {
  /// What somebody is in the school; of several the first that fits.
  package enum Standing: Int, Sendable, CaseIterable {
    case head, deputy, itTeacher, other

    package var isLeader: Bool { self == .head || self == .deputy }
  }

  package enum Step: String, Sendable, CaseIterable {
    case verify, issueSlip, endSessions, lock, unlock, resetFactor, leave
  }

  /// One step of one person about another.
  package struct Case: Hashable, Sendable {
    package var step: Step
    package var actor: Standing
    package var target: Standing
    /// Whether actor and target are one person.
    package var isOneself: Bool
    /// Whether the actor has issued a slip (before a reset of the second factor) or reset the second factor (before a
    /// slip) for this person within the last day.
    package var didTheOtherHalf: Bool
    /// Whether the target is a head, a deputy or an officer of another unit.
    package var leadsElsewhere: Bool

    package init(
      _ step: Step, by actor: Standing, to target: Standing, isOneself: Bool, didTheOtherHalf: Bool = false,
      leadsElsewhere: Bool = false
    ) {
      self.step = step
      self.actor = actor
      self.target = target
      self.isOneself = isOneself
      self.didTheOtherHalf = didTheOtherHalf
      self.leadsElsewhere = leadsElsewhere
    }
  }

  /// - Throws: LOP-215 about oneself, LOP-216 about a leader, LOP-217 for both halves of a leader's sign-in,
  ///   LOP-218 for a head without successor, LOP-236 about the account of another unit's leader.
  package static func check(_ one: Case) throws(UserError) {
    if one.isOneself, [.verify, .lock, .unlock, .resetFactor, .leave].contains(one.step) {
      throw .notAboutOneself
    }
    if one.step == .leave, one.target == .head { throw .headWithoutSuccessor }
    // Attack prevented: an officer also teaches at a school, which opens the officer's account with a slip of its own.
    if one.leadsElsewhere, !one.isOneself, one.step != .leave { throw .leadsOtherUnit }
    guard one.target.isLeader, !one.isOneself else { return }
    if !one.actor.isLeader, [.lock, .unlock, .leave].contains(one.step) { throw .leadersDecide }
    // Attack prevented: one person sets the head's password and takes the second factor away, and is the head then.
    if one.didTheOtherHalf, one.step == .issueSlip || one.step == .resetFactor { throw .secondPersonNeeded }
  }

  /// May a function be given or ended? Only the head hands the head's own function on.
  ///
  /// - Parameter hasHead: whether somebody is head of the school now.
  /// - Throws: LOP-216, LOP-218.
  package static func checkFunction(
    _ function: UnitFunction, ending: Bool, by actor: Standing, hasHead: Bool
  ) throws(UserError) {
    guard function == .head else { return }
    if ending { throw .headWithoutSuccessor }
    if hasHead, actor != .head { throw .leadersDecide }
  }

  /// The functions that a school gives on its page.
  package static let functions: [UnitFunction] = [.deputyHead, .itTeacher, .counsellor, .head]
}
