import Foundation
import Rules

/// Where the media server lives and what it may use.
package struct JanusSettings: Sendable {
  /// Ours alone: configuration, socket, journal and keys are below it.
  package var folder: String
  package var executable: String
  /// The folder with `plugins` and `transports`; nil searches where Debian puts it.
  package var library: String?
  /// The first of these users that exists runs the server when we are root.
  package var users: [String]
  package var ports: ClosedRange<Int>
  /// Network interfaces or address prefixes for media; empty means all but loopback.
  package var interfaces: [String]
  /// Public addresses when the machine stands behind one-to-one address translation.
  package var publicAddresses: [String]
  /// Whether the private addresses are offered as well as the public ones.
  package var keepsPrivateAddresses: Bool
  package var usesIPv6: Bool
  package var eventLoops: Int
  /// How long lessons go on without us before the server ends them.
  package var reclaimSeconds: Int

  /// Whether Debian's package is there.
  package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/janus") }

  package init(folder: String) {
    self.folder = folder
    executable = "/usr/bin/janus"
    library = nil
    users = ["lopan-media", "janus", "nobody"]
    ports = 20_000...40_000
    interfaces = []
    publicAddresses = []
    keepsPrivateAddresses = true
    usesIPv6 = false
    eventLoops = max(1, ProcessInfo.processInfo.activeProcessorCount)
    reclaimSeconds = 120
  }
}

/// The keys of the media server, made by us at the first start.
struct JanusSecrets: Codable, Hashable, Sendable {
  let api: String
  let admin: String
  let rooms: String

  static func random() -> Self { .init(api: word(), admin: word(), rooms: word()) }

  /// 160 random bits as text, from the system's generator.
  static func word() -> String {
    (0..<32).map { _ in String(UInt8.random(in: 0..<32), radix: 32) }.joined()
  }
}

/// The configuration files: a pure function of the settings.
///
/// Everything that a lesson does not need is off: each plugin but the room, each transport but the Unix
/// socket, the administration interface, event handlers. Paths are relative to the folder in which the server
/// is started, so that neither their length nor the rights of the folders above matter.
/// - Source: research/media.md sections 1, 5 and 8.
struct JanusConfiguration: Hashable, Sendable {
  static let socketName = "socket/janus.sock"
  static let logName = "janus.log"

  /// Name of the file -> text.
  let files: [String: String]
  /// Differs when the settings differ: a running server with another mark has to be started anew.
  let mark: String

  /// - Parameter modules: the module files found in the library's folders `plugins`, `transports`, `loggers`,
  ///   `events`.
  /// - Throws: MED-010 for a setting that could break out of its quotes or is out of range.
  init(_ settings: JanusSettings, secrets: JanusSecrets, library: String, modules: [String: [String]])
    throws(UserError)
  {
    try Self.check(settings)
    func disabled(_ group: String, but kept: String...) -> String {
      let names = (modules[group] ?? []).filter { !kept.contains($0) }.sorted().joined(separator: ",")
      return "\(group): {\n  disable = \"\(names)\"\n}\n"
    }
    let groups =
      Self.media(settings) + disabled("plugins", but: "libjanus_videoroom.so")
      + disabled("transports", but: "libjanus_websockets.so") + disabled("loggers")
      + disabled("events").replacing("}\n", with: "  broadcast = false\n}\n")
    let rooms = """
      general: {
        admin_key = "\(secrets.rooms)"
        lock_rtp_forward = true
        string_ids = true
        events = false
      }

      """
    mark = "lopan-" + Self.digest(groups + Self.general(settings, secrets, library, name: "") + rooms)
    files = [
      "janus.jcfg": Self.general(settings, secrets, library, name: mark) + groups,
      "janus.plugin.videoroom.jcfg": rooms,
      "janus.transport.websockets.jcfg": Self.transport,
    ]
  }

  private static func general(
    _ settings: JanusSettings, _ secrets: JanusSecrets, _ library: String, name: String
  ) -> String {
    """
    general: {
      configs_folder = "."
      plugins_folder = "\(library)/plugins"
      transports_folder = "\(library)/transports"
      events_folder = "\(library)/events"
      loggers_folder = "\(library)/loggers"
      api_secret = "\(secrets.api)"
      admin_secret = "\(secrets.admin)"
      server_name = "\(name)"
      interface = "127.0.0.1"
      session_timeout = 60
      reclaim_session_timeout = \(settings.reclaimSeconds)
      event_loops = \(settings.eventLoops)
      hide_dependencies = true
      recordings_tmp_ext = "tmp"
      debug_level = 4
      debug_timestamps = true
      debug_colors = false
    }

    """
  }

  private static func media(_ settings: JanusSettings) -> String {
    var nat = ["ignore_mdns = true", "ice_keepalive_conncheck = true"]
    if settings.interfaces.isEmpty {
      nat.append("ice_ignore_list = \"vmnet,docker,virbr\"")
    } else {
      nat.append("ice_enforce_list = \"\(settings.interfaces.joined(separator: ","))\"")
    }
    if !settings.publicAddresses.isEmpty {
      nat.append("nat_1_1_mapping = \"\(settings.publicAddresses.joined(separator: ","))\"")
      nat.append("keep_private_host = \(settings.keepsPrivateAddresses)")
    }
    return """
      media: {
        ipv6 = \(settings.usesIPv6)
        rtp_port_range = "\(settings.ports.lowerBound)-\(settings.ports.upperBound)"
        slowlink_threshold = 4
        no_media_timer = 3
      }
      nat: {
        \(nat.joined(separator: "\n  "))
      }

      """
  }

  /// `ws` has to be on for `ws_unix` to be read; with a path it opens no port.
  private static let transport = """
    general: {
      json = "compact"
      ws = true
      ws_unix = "\(socketName)"
      wss = false
    }
    admin: {
      admin_ws = false
      admin_wss = false
    }

    """

  private static func check(_ settings: JanusSettings) throws(UserError) {
    let plain = { (text: String, more: String) in
      !text.isEmpty && text.utf8.count <= 64
        && text.unicodeScalars.allSatisfy {
          $0.isASCII
            && ($0.properties.isAlphabetic || $0.properties.numericType != nil
              || more.unicodeScalars.contains($0))
        }
    }
    guard settings.interfaces.allSatisfy({ plain($0, ".:_-@") }) else {
      throw .mediaSettingInvalid("interfaces")
    }
    guard settings.publicAddresses.allSatisfy({ plain($0, ".:") }) else {
      throw .mediaSettingInvalid("publicAddresses")
    }
    guard settings.ports.lowerBound >= 1_024, settings.ports.upperBound <= 65_535, settings.ports.count >= 10
    else {
      throw .mediaSettingInvalid("ports")
    }
    guard (1...256).contains(settings.eventLoops) else { throw .mediaSettingInvalid("eventLoops") }
    guard (10...3_600).contains(settings.reclaimSeconds) else { throw .mediaSettingInvalid("reclaimSeconds") }
  }

  /// FNV-1a: only tells texts of ours apart.
  private static func digest(_ text: String) -> String {
    let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return String(hash, radix: 36)
  }
}
