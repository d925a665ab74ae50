import HTTPTypes
import Hummingbird
import NIOCore
import Rules
import TestKit
import Testing

@testable import Web

@Suite struct FormTests {
  private func read(_ text: String) throws -> Form { try Form.urlEncoded(Array(text.utf8)) }

  @Test func fieldsAreDecodedAndTrimmed() throws {
    let form = try read("a=1&b=%C3%82u+D%C6%B0%C6%A1ng&c=++x++&d=&e&f=1&f=2&%61=9")
    #expect(form["a"] == "1" && form["b"] == "Âu Dương" && form["c"] == "x")
    #expect(form["d"] == nil && form["e"] == nil && form["nothing"] == nil)
    #expect(form.isChecked("e") && !form.isChecked("g"))
    #expect(form.all("f") == ["1", "2"] && form["f"] == "1" && form.all("a") == ["1", "9"])
    #expect(form.raw("c") == "  x  ", "a password is taken as typed")
  }

  @Test("control characters are taken out, a line break stays")
  func controls() throws {
    let form = try read("a=x%00y%07%1B%7F%C2%85z&b=%00&c=one%0D%0Atwo&d=%00%20x")
    #expect(form["a"] == "xyz" && form["b"] == nil && form["c"] == "one\ntwo" && form["d"] == "x")
  }

  @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "%ff=a", "a=%C3", "a=%ED%A0%80", "a=%F8%88%80%80%80"])
  func whatIsNoTextIsRefused(_ text: String) {
    #expect(throws: UserError.unreadableForm) { try read(text) }
  }

  @Test func tooManyFieldsAreRefused() throws {
    _ = try read(String(repeating: "a=1&", count: 2_000))
    #expect(throws: UserError.unreadableForm) { try read(String(repeating: "a=1&", count: 2_001)) }
  }

  @Test func requiredFieldsSayWhatIsMissing() throws {
    let form = try read("a=abc&b=%20")
    #expect(try form.required("a", label: "Tên") == "abc")
    #expect(throws: UserError.missingField("Tên")) { try form.required("b", label: "Tên") }
    #expect(throws: UserError.tooLong("Tên", limit: 2)) { try form.required("a", label: "Tên", limit: 2) }
  }

  @Test func anyBytesAreAFormOrARefusal() {
    for seed in UInt64(1)...500 {
      var generator = SeededGenerator(seed)
      let bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
        Bool.random(using: &generator)
          ? UInt8.random(in: 0...255, using: &generator)
          : Array("&=%+a0".utf8).randomElement(using: &generator) ?? 0
      }
      do throws(UserError) {
        _ = try Form.urlEncoded(bytes)
      } catch {
        #expect(error == .unreadableForm, "seed \(seed)")
      }
    }
  }

  // MARK: Files

  private static let type = "multipart/form-data; boundary=edge"

  private func multipart(_ parts: [String], end: String = "--edge--\r\n", type: String = type) throws -> Form
  {
    let text = parts.map { "--edge\r\n\($0)\r\n" }.joined() + end
    return try Multipart.read(Array(text.utf8), contentType: type)
  }

  private func field(_ name: String, _ value: String, file: String? = nil) -> String {
    let file = file.map { "; filename=\"\($0)\"" } ?? ""
    return "Content-Disposition: form-data; name=\"\(name)\"\(file)\r\n\r\n\(value)"
  }

  @Test func filesAndFieldsAreTold() throws {
    let form = try multipart([
      field("extent", "part"), field("file", "STT\r\n1\r\n--edg\r\n", file: "lớp.csv"),
      field("empty", "", file: ""),
    ])
    #expect(form["extent"] == "part" && form.files.map(\.name) == ["lớp.csv"])
    #expect(form.files.first?.bytes == Array("STT\r\n1\r\n--edg\r\n".utf8))
  }

  @Test func aFileNameIsCleaned() throws {
    let form = try multipart([
      field("file", "x", file: "..\u{202E}\u{200B}\u{7}/" + String(repeating: "a", count: 900))
    ])
    let name = try #require(form.files.first?.name)
    #expect(name.count == 200 && !name.unicodeScalars.contains(where: VietnameseText.isInvisible))
  }

  @Test func brokenUploadsAreRefused() {
    let good = field("a", "1")
    for (parts, end, type) in [
      ([good], "--edge\r\n", Self.type), ([], "", Self.type), (["no header"], "--edge--", Self.type),
      (["X: y\r\n\r\n1"], "--edge--", Self.type), ([good], "--edge--", "multipart/form-data"),
      ([good], "--edge--", "multipart/form-data; boundary="),
      ([good], "--edge--", "multipart/form-data; boundary=\(String(repeating: "e", count: 71))"),
      (
        [String](repeating: field("a", "1"), count: 51).enumerated().map {
          $1.replacing("\"a\"", with: "\"a\($0)\"")
        }, "--edge--", Self.type
      ),
    ] {
      #expect(throws: UserError.unreadableForm) { try multipart(parts, end: end, type: type) }
    }
  }

  /// A body without a length that goes on and on.
  @Test func aBodyWithoutALengthIsCutOffToo() async throws {
    let (stream, source) = AsyncStream.makeStream(of: ByteBuffer.self)
    for _ in 0..<20 { source.yield(ByteBuffer(bytes: [UInt8](repeating: 97, count: 8_192))) }
    source.finish()
    let request = Request(
      head: .init(
        method: .post, scheme: "http", authority: "localhost", path: "/",
        headerFields: [.contentType: "application/x-www-form-urlencoded"]),
      body: RequestBody(asyncSequence: stream))
    await #expect(throws: UserError.bodyTooLarge(limit: 65_536)) { _ = try await Form.read(request) }
  }
}
