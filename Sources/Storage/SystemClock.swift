import Foundation
package import Rules

package enum SystemClock {
  @Sendable package static func now() -> Timestamp { .init(seconds: Int64(Date().timeIntervalSince1970)) }
}
