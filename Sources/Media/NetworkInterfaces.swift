import Glibc

/// The machine's network as the media server sees it: it never uses loopback.
package enum NetworkInterfaces {
  /// Whether an interface besides loopback is up and has an IPv4 address.
  package static var canCarryMedia: Bool {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return false }
    defer { freeifaddrs(first) }
    var next = first
    while let entry = next?.pointee {
      let flags = Int32(bitPattern: entry.ifa_flags)
      let isUsable = flags & Int32(IFF_UP) != 0 && flags & Int32(IFF_LOOPBACK) == 0
      if isUsable, entry.ifa_addr?.pointee.sa_family == sa_family_t(AF_INET) { return true }
      next = entry.ifa_next
    }
    return false
  }
}
