import Foundation
import NIOCore

/// Under which names and addresses people reach this server: for its certificate and for what it prints at the start.
package struct ServerAddresses: Sendable, Equatable {
  /// DNS names.
  package var names: [String] = []
  /// IPv4 and IPv6 addresses as text.
  package var addresses: [String] = []

  /// - Parameters:
  ///   - given: what the operator named, names and addresses mixed.
  ///   - host: what the server listens on; a wildcard stands for every address in `own`.
  ///   - own: the machine's addresses.
  package init(given: [String], host: String, own: [String]) {
    for one in given {
      if Self.isAddress(one) { addresses.append(one) } else { names.append(one.lowercased()) }
    }
    if Self.isWildcard(host) {
      // A link-local address needs a zone, which no certificate can name.
      addresses += own.filter { !$0.lowercased().hasPrefix("fe80") && !Self.isLoopback($0) }
    } else if Self.isAddress(host) {
      addresses.append(host)
    } else {
      names.append(host.lowercased())
    }
    names = Set(names).sorted()
    addresses = Set(addresses).sorted()
  }

  /// The addresses that this machine has now.
  package static func ofThisMachine() -> [String] {
    let devices = (try? System.enumerateDevices()) ?? []
    return Set(devices.compactMap { $0.address?.ipAddress }).sorted()
  }

  package static func isWildcard(_ host: String) -> Bool { host == "0.0.0.0" || host == "::" }

  package static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || (isAddress(host) && host.hasPrefix("127."))
  }

  static func isAddress(_ text: String) -> Bool { (try? SocketAddress(ipAddress: text, port: 0)) != nil }

  /// What to type into a browser, one address after another: this machine first when it is the only one.
  package func pages(isTLS: Bool, port: Int, host: String) -> [String] {
    var hosts = names.filter { $0 != "localhost" } + addresses.filter { !Self.isLoopback($0) }
    if hosts.isEmpty || Self.isWildcard(host) || Self.isLoopback(host) { hosts.append("localhost") }
    return hosts.map { host in
      "\(isTLS ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
  }
}
