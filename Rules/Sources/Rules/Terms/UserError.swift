/// Something the person can act on: a stable code, one Vietnamese sentence that says what happened and what to do
/// next, and how HTTP names it. Anything else that goes wrong is technical: it is logged and shown as one general sentence.
package struct UserError: Error, Hashable, Sendable {
  /// Area and number, `LOP-002`. Never reused; all are listed in docs/errors.md.
  package struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }
  }

  /// The HTTP status family; rules know no HTTP, the number is only carried.
  package enum Kind: Int, Sendable {
    case invalid = 422
    case forbidden = 403
    case notFound = 404
    case conflict = 409
    case tooMany = 429
    case tooLarge = 413
    case unsupported = 415
    case gone = 410
    case signInNeeded = 401
    case unavailable = 503
  }

  package let code: Code
  package let sentence: String
  package let kind: Kind

  package init(_ code: Code, _ sentence: String, _ kind: Kind = .invalid) {
    self.code = code
    self.sentence = sentence
    self.kind = kind
  }
}
