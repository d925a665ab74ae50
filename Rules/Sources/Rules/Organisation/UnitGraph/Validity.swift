/// The days on which something holds: from the first, inclusive, to the last, exclusive.
///
/// - Shape: half-open `[from, to)`; `to` nil while no end is known. A span that ended on the day it began holds on no day.
package struct Validity: Hashable, Sendable {
  package let from: Day
  package let to: Day?

  /// - Parameter to: not before `from`; nil for open.
  package init(from: Day, to: Day? = nil) {
    precondition(to.map { $0 >= from } ?? true, "a span cannot end before it begins")
    self.from = from
    self.to = to
  }

  package func contains(_ day: Day) -> Bool { from <= day && (to.map { day < $0 } ?? true) }

  package func overlaps(_ other: Validity) -> Bool {
    let end = [to, other.to].compactMap(\.self).min()
    let begin = max(from, other.from)
    return end.map { begin < $0 } ?? true
  }
}
