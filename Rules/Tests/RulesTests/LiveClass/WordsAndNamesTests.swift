import Foundation
import Rules
import Testing

struct DisplayNameTests {
  @Test func pupilsAreNumberNameAndClass() {
    #expect(
      DisplayName.of(orderNumber: 7, name: "Nguyễn Văn A", className: "6A2").text == "07. Nguyễn Văn A – 6A2")
    #expect(DisplayName.of(orderNumber: 12, name: "Lê B", className: "6A2").text == "12. Lê B – 6A2")
    #expect(DisplayName.of(adult: "Trần Thị B", as: .teacher).text == "Trần Thị B – Giáo viên")
  }

  @Test func decomposedTextBecomesNFC() {
    let name = "Nguyễn Thị Ánh".decomposedStringWithCanonicalMapping
    let text = DisplayName.of(orderNumber: 1, name: name, className: "6A2").text
    #expect(Array(text.unicodeScalars) == Array("01. Nguyễn Thị Ánh – 6A2".unicodeScalars))
  }

  @Test(arguments: [
    ("07. Nguyễn Văn A – 6A2", "Nguyễn Văn A A – Khách mời"),
    ("Nguyễn\u{202E}Văn\u{200B} A", "NguyễnVăn A – Khách mời"),
    ("<b>Lê</b>", "bLêb – Khách mời"), ("\n\n", "Chưa có tên – Khách mời"),
    ("Trần B – Giáo viên", "Trần B Giáo viên – Khách mời"),
    ("A" + String(repeating: "\u{0316}", count: 500), "A\u{0316}\u{0316} – Khách mời"),
  ])
  func hostileNamesAreCleaned(name: String, shown: String) {
    #expect(DisplayName.of(adult: name, as: .guest).text == shown)
  }

  @Test func namesAreUniqueWithinAClassWhateverTheRosterSays() {
    let names = ["Lê An", "", "1. Lê An", "Lê An – 6A2", String(repeating: "x", count: 10_000), "11", "."]
    let all = (1...120).flatMap { number in
      names.map { DisplayName.of(orderNumber: number, name: $0, className: "6A2").text.prefix { $0 != "." } }
    }
    #expect(Set(all).count == 120)
    #expect(DisplayName.of(orderNumber: 1, name: names[4], className: "6A2").text.count < 90)
  }
}

struct ClassPassphraseTests {
  @Test func theWordListHasNineBitsAWord() {
    let words = ClassPassphraseWords.all
    #expect(words.count == 512)
    #expect(Set(words.map(ClassSecrets.squeezed)).count == 512, "two words that are the same without marks")
    for word in words {
      #expect(Array(word.unicodeScalars) == Array(word.precomposedStringWithCanonicalMapping.unicodeScalars))
      #expect((2...6).contains(word.count), "\(word)")
    }
    #expect(ClassPassphrase.wordsNeeded(of: 512) == 5)
  }

  @Test func fiveWordsAreEnoughAndFourAreNot() throws {
    let made = try ClassPassphrase.generated(indices: [0, 511, 512, -1, 3])
    #expect(made.text.split(separator: " ").count == 5)
    #expect(throws: UserError.guessableClassPassword) {
      try ClassPassphrase.generated(indices: [1, 2, 3, 4])
    }
    #expect(throws: UserError.guessableClassPassword) {
      try ClassPassphrase.generated(words: ["mèo", "meo"], indices: Array(repeating: 1, count: 99))
    }
  }

  @Test(arguments: ["", "6A2", "meo vang 12", "nguyenhue6a"])
  func shortOnesAreRefusedWithTheMinimum(typed: String) {
    #expect(throws: UserError.weakClassPassword(minimum: 12)) { try ClassPassphrase.typed(typed) }
  }

  @Test(arguments: [
    "123456789012", "20102010201020", "aaaaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "matkhaulop6a2",
    "qwertyqwerty12",
    "Trường Nguyễn Huệ 6A2", "09123456789012",
  ])
  func guessableOnesAreRefused(typed: String) {
    #expect(throws: UserError.guessableClassPassword) {
      try ClassPassphrase.typed(typed, avoiding: ["Nguyễn Huệ", "6A2"])
    }
  }

  @Test func aSchoolMayAskForMoreButNotForLess() {
    #expect(throws: UserError.weakClassPassword(minimum: 12)) {
      try ClassPassphrase.typed("short", minimum: 4)
    }
    #expect(throws: UserError.weakClassPassword(minimum: 30)) {
      try ClassPassphrase.typed("con voi uong nuoc suoi 77", minimum: 30)
    }
    #expect(throws: Never.self) { try ClassPassphrase.typed("con voi uống nước suối 77") }
  }

  @Test func comparisonForgivesCaseMarksAndBlanks() throws {
    let made = try ClassPassphrase.typed("con voi uống nước suối 77")
    #expect(made.matches("CON VOI UONG NUOC SUOI 77") && made.matches("convoi uốngnướcsuối77"))
    #expect(
      !made.matches("con voi uống nước suối 7") && !made.matches("")
        && !made.matches("con voi uống nước suối 777"))
  }

  @Test func rotationIsDueByLeakRemovalOrAge() {
    let made = Timestamp(seconds: 1_000)
    let due = { (removal: Timestamp?, leak: Timestamp?, now: Int64) in
      ClassPassphrase.rotationDue(madeAt: made, lastRemoval: removal, leakedAt: leak, at: made + now)
    }
    #expect(due(nil, nil, 30 * .day - 1) == nil)
    #expect(due(nil, nil, 30 * .day) == .age)
    #expect(due(made + 5, nil, 10) == .afterRemoval)
    #expect(due(made - 5, made - 1, 10) == nil)
    #expect(due(made + 5, made, 10) == .leaked)
  }
}

struct ClassSecretsTests {
  @Test(arguments: [
    "pass là: con voi uống nước suối 77 nha", "CONVOIUONGNUOCSUOI77", "c-o-n v.o.i uống_nước\u{200B}suối 7 7",
    "con%20voi%20u%E1%BB%91ng%20n%C6%B0%E1%BB%9Bc%20su%E1%BB%91i%2077", "ｃｏｎ ｖｏｉ uống nước suối ７７",
  ])
  func passphraseIsFoundHoweverItIsWritten(text: String) throws {
    let secrets = ClassSecrets(passphrase: try .typed("con voi uống nước suối 77"), links: [])
    #expect(secrets.leaks(in: text) == [.passphrase])
  }

  @Test func linksAreFoundAndInnocentTextIsNot() throws {
    let secrets = ClassSecrets(
      passphrase: try .typed("con voi uống nước suối 77"),
      links: ["https://lopan.example/lessons/0190a1b2-0000-7000-8000-000000000001", "short"])
    #expect(
      secrets.leaks(in: "vào HTTPS://lopan.example/lessons/0190a1b2-0000-7000-8000-000000000001 nhé") == [
        .link
      ])
    #expect(
      secrets.leaks(in: "https%3A%2F%2Flopan.example%2Flessons%2F0190a1b2-0000-7000-8000-000000000001") == [
        .link
      ])
    #expect(secrets.leaks(in: "Con voi uống nước ở suối, short thôi ạ").isEmpty)
  }
}

/// Text of plain letters takes a shorter way than all other text.
struct PlainTextTests {
  private static let letters: [Unicode.Scalar] = {
    let ranges = [0x00...0x24F, 0x300...0x304, 0x1E00...0x1EFF, 0x2010...0x2030] as [ClosedRange<UInt32>]
    return ranges.flatMap(Array.init).compactMap(Unicode.Scalar.init)
  }()

  @Test func everyLetterIsFoldedAsInGeneral() {
    for scalar in Self.letters { compare(String(scalar)) }
  }

  @Test func theShortWayGivesWhatTheLongWayGives() {
    for seed in UInt64(1)...2_000 {
      var generator = SeededGenerator(seed)
      let plain = Self.letters.filter { PlainLetters.make(up: String($0)) }
      let letters = seed % 4 == 0 ? Self.letters : plain
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...30, using: &generator) {
        let blank = Int.random(in: 0...4, using: &generator) == 0
        text.append(blank ? " " : letters[Int.random(in: 0..<letters.count, using: &generator)])
      }
      compare(String(text))
    }
  }

  private func compare(_ text: String) {
    let code = text.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ")
    func same(_ short: String, _ long: String) -> Bool { Array(short.utf8) == Array(long.utf8) }
    #expect(same(VietnameseText.clean(text), VietnameseText.cleanedInGeneral(text)), "\(code)")
    #expect(same(VietnameseText.folded(text), VietnameseText.foldedInGeneral(text)), "\(code)")
    #expect(same(ClassSecrets.squeezed(text), ClassSecrets.squeezedInGeneral(text)), "\(code)")
  }
}

struct ChatRulesTests {
  static let none = ClassSecrets(passphrase: nil, links: [])

  @Test func messagesAreCleaned() throws {
    #expect(
      try ChatRules.accept("  Em\u{202E} chào\u{0000}\n\ncô  ", secrets: Self.none).text == "Em chào cô")
    #expect(
      try ChatRules.accept("<script>alert(1)</script>", secrets: Self.none).text
        == "<script>alert(1)</script>")
    let tower = "a" + String(repeating: "\u{0316}", count: 900)
    #expect(try ChatRules.accept(tower, secrets: Self.none).text.unicodeScalars.count == 3)
  }

  @Test func emptyLongAndSecretMessagesAreRefused() throws {
    for empty in ["", "  \n", "\u{200B}\u{FEFF}"] {
      #expect(throws: UserError.emptyMessage) { try ChatRules.accept(empty, secrets: Self.none) }
    }
    #expect(throws: Never.self) {
      try ChatRules.accept(String(repeating: "ặ", count: 1_000), secrets: Self.none)
    }
    for long in [String(repeating: "a", count: 1_001), String(repeating: "a", count: 10_000_000)] {
      #expect(throws: UserError.longMessage(most: 1_000)) { try ChatRules.accept(long, secrets: Self.none) }
    }
    let secrets = ClassSecrets(
      passphrase: try .typed("con voi uống nước suối 77"), links: ["lopan.example/lessons"])
    #expect(throws: UserError.messageHoldsPassword) {
      try ChatRules.accept("con voi uong nuoc suoi 77", secrets: secrets)
    }
    #expect(throws: UserError.messageHoldsClassLink) {
      try ChatRules.accept("lopan.example/lessons/1", secrets: secrets)
    }
  }

  @Test func thereIsNeverAFasterWayThanTheBucketAllows() {
    for seed in UInt64(1)...200 {
      var generator = SeededGenerator(seed)
      let start = Timestamp(seconds: 1_000)
      var bucket = FloodBucket.forChat(.pupil, at: start)
      var sent: [Timestamp] = []
      var now = start
      for _ in 0..<100 {
        now = now + Int64(generator.below(4))
        if (try? bucket.take(at: now)) != nil { sent.append(now) }
      }
      for (index, first) in sent.enumerated() {
        // A full bucket and what ten seconds bring back.
        #expect(sent[index...].prefix { $0 - first < 10 }.count <= 10, "seed \(seed)")
      }
      #expect(sent.count >= 5)
    }
  }

  @Test func aClockSetBackGivesNothingAndTakesNothing() throws {
    var bucket = FloodBucket(perTenSeconds: 1, at: .init(seconds: 100))
    try bucket.take(at: .init(seconds: 100))
    #expect(throws: UserError.tooManyMessages) { try bucket.take(at: .init(seconds: 50)) }
    #expect(throws: UserError.tooManyMessages) { try bucket.take(at: .init(seconds: 109)) }
    #expect(throws: Never.self) { try bucket.take(at: .init(seconds: 110)) }
  }
}
