import NIOCore
import Testing

@testable import Web

@Suite struct ForwardedAddressTests {
  private static let proxy = try? SocketAddress(ipAddress: "127.0.0.1", port: 40_000)
  private static let stranger = try? SocketAddress(ipAddress: "203.0.113.9", port: 40_000)

  @Test(
    "only what the proxy itself added counts",
    arguments: [
      (["198.51.100.7"], "198.51.100.7"),
      (["10.0.0.1, 198.51.100.7"], "198.51.100.7"),
      (["10.0.0.1", "192.0.2.1,198.51.100.7 "], "198.51.100.7"),
      (["2001:db8::1"], "2001:db8::1"),
      (["198.51.100.7, unknown"], nil), ([""], nil), ([], nil), (["198.51.100.7:99"], nil),
    ] as [([String], String?)])
  func lastEntry(_ fields: [String], _ expected: String?) {
    #expect(ForwardedAddress.client(fields, from: Self.proxy)?.ipAddress == expected)
  }

  @Test func aStrangerCannotNameHimself() {
    #expect(ForwardedAddress.client(["198.51.100.7"], from: Self.stranger) == nil)
    #expect(ForwardedAddress.client(["198.51.100.7"], from: nil) == nil)
  }
}
