/// What is a school year: one after the other, with its terms inside and in order.
package enum SchoolYearRules {
  /// First and last day, both inclusive.
  package struct Span: Hashable, Sendable {
    package let first: Day
    package let last: Day

    package init(first: Day, last: Day) {
      self.first = first
      self.last = last
    }

    func overlaps(_ other: Span) -> Bool { first <= other.last && other.first <= last }
  }

  /// A year as somebody wants to enter it.
  package struct Proposal: Hashable, Sendable {
    package let name: String
    package let span: Span
    /// 0 … 4, in order.
    package let terms: [Span]

    package init(name: String, span: Span, terms: [Span]) {
      self.name = name
      self.span = span
      self.terms = terms
    }
  }

  /// - Parameter others: the years of the same school.
  /// - Throws: LOP-212 for days that cannot be, LOP-213 for terms, LOP-214 for two years at once.
  package static func check(_ year: Proposal, beside others: [Span]) throws(UserError) {
    guard (1...40).contains(year.name.count), year.span.first < year.span.last,
      year.span.last.number - year.span.first.number <= 400
    else { throw .unreadableYear }
    for (index, term) in year.terms.enumerated() {
      let isAfterTheLast = index == 0 || year.terms[index - 1].last < term.first
      guard term.first < term.last, term.first >= year.span.first, term.last <= year.span.last, isAfterTheLast
      else { throw .unreadableTerms }
    }
    if others.contains(where: { $0.overlaps(year.span) }) { throw .yearsOverlap }
  }

  /// The last day that a year may be given now.
  ///
  /// - Throws: LOP-212 when the day lies before the year began, after its present end, or in the past: what was,
  ///   stays as it was.
  package static func checkEnding(_ span: Span, on day: Day, today: Day) throws(UserError) {
    guard day > span.first, day <= span.last, day >= today else { throw .unreadableYear }
  }

  /// The usual year around a day, or the one after the latest that stands: from August, so that classes can be
  /// prepared, to the end of July; the terms begin on 5 September and 19 January.
  ///
  /// - Source: decisions on the school-year plan since 2023 (opening on 5 September, first term to 18 January,
  ///   end before 31 May). Suggested only; the school writes its own days.
  package static func suggestion(for today: Day, after others: [Span]) -> Proposal {
    let own = today.parts.month >= 8 ? today.parts.year : today.parts.year - 1
    let latest = others.map(\.last).max()
    let start = max(own, latest.map { $0.parts.month >= 8 ? $0.parts.year + 1 : $0.parts.year } ?? own)
    // Days that every year has.
    let day = { (year: Int, month: Int, day: Int) in Day(year: year, month: month, day: day)! }
    return Proposal(
      name: "\(start)–\(start + 1)", span: Span(first: day(start, 8, 1), last: day(start + 1, 7, 31)),
      terms: [
        Span(first: day(start, 9, 5), last: day(start + 1, 1, 18)),
        Span(first: day(start + 1, 1, 19), last: day(start + 1, 5, 31)),
      ])
  }
}
