/// A message that no caller may post: a fault of the program, so its transaction is undone and it is logged.
package enum OutboxError: Error, Hashable {
  case noChannel
  case emptySubject
  /// More than 20,000 characters.
  case bodyTooLong
  /// Not a path on our own origin. Attack prevented: a link in our own message that leads to a stranger's
  /// site.
  case foreignLink
}
