import Foundation
import Glibc

extension JanusSupervisor {
  struct User: Hashable, Sendable {
    let name: String
    let id: uid_t
    let group: gid_t
  }

  /// Whom to become when we are root; nil when we are not, when none of these users exists, or when this user
  /// namespace does not know them.
  static func unprivilegedUser(_ names: [String]) -> User? {
    guard geteuid() == 0, mayDropGroups else { return nil }
    for name in names {
      guard let entry = getpwnam(name) else { continue }
      let user = User(name: name, id: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
      if user.id != 0, isMapped(user.id, "/proc/self/uid_map"), isMapped(user.group, "/proc/self/gid_map") {
        return user
      }
    }
    return nil
  }

  private static var mayDropGroups: Bool {
    !text("/proc/self/setgroups").hasPrefix("deny")
  }

  /// Lines of first id inside, first id outside, count.
  private static func isMapped(_ id: UInt32, _ map: String) -> Bool {
    text(map).split(separator: "\n").contains { line in
      let numbers = line.split(separator: " ").compactMap { UInt64($0) }
      return numbers.count == 3 && (numbers[0]..<numbers[0] + numbers[2]).contains(UInt64(id))
    }
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}
