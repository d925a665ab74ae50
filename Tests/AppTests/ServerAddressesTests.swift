import App
import Testing

@Suite struct ServerAddressesTests {
  private let own = ["127.0.0.1", "::1", "192.168.1.20", "fe80::1", "2001:db8::20"]

  @Test func anAddressAmongTheNamesIsAnAddress() {
    let found = ServerAddresses(given: ["Lop.Truong.example", "192.168.1.9"], host: "127.0.0.1", own: own)
    #expect(found.names == ["lop.truong.example"])
    #expect(found.addresses == ["127.0.0.1", "192.168.1.9"])
  }

  @Test func listeningEverywhereNamesEveryAddressThatACertificateCanName() {
    let found = ServerAddresses(given: [], host: "0.0.0.0", own: own)
    #expect(found.addresses == ["192.168.1.20", "2001:db8::20"])
    #expect(
      found.pages(isTLS: true, port: 8443, host: "0.0.0.0")
        == ["https://192.168.1.20:8443", "https://[2001:db8::20]:8443", "https://localhost:8443"])
  }

  @Test func aMachineAloneIsLocalhost() {
    let found = ServerAddresses(given: ["localhost"], host: "127.0.0.1", own: own)
    #expect(found.pages(isTLS: false, port: 80, host: "127.0.0.1") == ["http://localhost:80"])
  }
}
