import Rules
import Storage
import TestKit
import Testing

@Suite struct StatementTests {
  @Test(
    arguments: EngineKind.allCases,
    [
      "'; DROP TABLE book; --", "x' OR '1'='1", "$1", "?1", "\\", "\u{202E}đảo", "", "Đặng Thị Ánh \u{1F600}",
      "a\"b`c",
    ])
  func whatIsInterpolatedStaysAValue(_ kind: EngineKind, _ text: String) async throws {
    let database = try await Shelf.make(kind)
    try await database.write {
      try $0.run("INSERT INTO book (number, shelf_id, code) VALUES (1, 's', \(text))")
    }
    let found = try await database.read { db in
      (
        try db.rows("SELECT code FROM book WHERE code = \(text)").map { $0.text(0) },
        try db.exists("SELECT 1 FROM book")
      )
    }
    #expect(found.0 == [text])
    #expect(found.1)
  }

  @Test(arguments: EngineKind.allCases)
  func bindsKeepTheirOrder(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let condition: SQL = "code = \("a") AND number > \(4)"
    let values = try await database.write { db in
      for number in 1...12 {
        try db.run("INSERT INTO book (number, shelf_id, code) VALUES (\(number), \("s"), \("c\(number)"))")
      }
      try db.run("UPDATE book SET code = \("a") WHERE number = \(7)")
      let nested = try db.row(
        "SELECT number, \("first"), \(2) FROM book WHERE \(condition) AND shelf_id = \("s")")
      return nested.map { [$0.text(0), $0.text(1), $0.text(2)] }
    }
    #expect(values == ["7", "first", "2"])
    let many = try await database.read { db in
      try db.row(
        """
        SELECT \(1), \(2), \(3), \(4), \(5), \(6), \(7), \(8), \(9), \(10), \(11), \(12)
        FROM shelf WHERE id = \("s")
        """)
    }
    #expect(many.map { row in (0..<12).map { row.int($0) } } == Array(1...12))
  }

  @Test(arguments: EngineKind.allCases)
  func listsMatchTheirMembersOnly(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let answers = try await database.write { db in
      for number in 1...5 { try db.run("INSERT INTO book (number, shelf_id) VALUES (\(number), 's')") }
      return try [[2, 4], [], [9]].map { wanted in
        try db.rows("SELECT number FROM book WHERE number IN (\(list: wanted)) ORDER BY number").map {
          $0.int(0)
        }
      }
    }
    #expect(answers == [[2, 4], [], []])
  }

  @Test(arguments: EngineKind.allCases)
  func everyKindOfValueComesBackAsItWent(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let cover: [UInt8] = [0, 1, 92, 39, 255, 128]
    let row = try await database.write { db in
      try db.run("INSERT INTO book (number, shelf_id, cover) VALUES (\(Int64.max), 's', \(cover))")
      return try db.row("SELECT number, code, cover, 3 > 2, NULL, \(Int64.min), \([UInt8]()) FROM book")
    }
    let values = try #require(row)
    #expect(values.integer(0) == .max)
    #expect(values.optionalText(1) == nil)
    #expect(values.bytes(2) == cover)
    #expect(values.flag(3))
    #expect(values.optionalInteger(4) == nil)
    #expect(values.integer(5) == .min)
    #expect(values.bytes(6) == [])
  }

  @Test(arguments: EngineKind.allCases)
  func missingValuesCompareAndInsert(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let (none, some): (String?, String?) = (nil, "x")
    let (noNumber, number): (Int?, Int?) = (nil, 5)
    let counts = try await database.write { db in
      try db.run("INSERT INTO book (number, shelf_id, code) VALUES (1, 's', \(none)), (2, 's', \(some))")
      let wanted: [SQL] = [
        "SELECT number FROM book WHERE \(some) IS NULL OR code = \(some)",
        "SELECT number FROM book WHERE code IS NOT DISTINCT FROM \(none)",
        "SELECT number FROM book WHERE number > COALESCE(\(noNumber), \(number), 1)",
        "SELECT number FROM book WHERE number < COALESCE(\(number), 1) ORDER BY number",
      ]
      return try wanted.map { try db.rows($0).map { $0.int(0) } }
    }
    #expect(counts == [[2], [1], [], [1, 2]])
  }

  @Test(arguments: EngineKind.allCases)
  func sumsAreWholeNumbersAndFractionsAreRefused(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    try await database.write { db in
      for number in [1, 2, 4] { try db.run("INSERT INTO book (number, shelf_id) VALUES (\(number), 's')") }
    }
    let sum = try await database.read { try $0.row("SELECT SUM(number), COUNT(*), MAX(number) FROM book") }
    #expect(sum.map { [$0.int(0), $0.int(1), $0.int(2)] } == [7, 3, 4])
    let reason = await refusal { _ = try await database.read { try $0.rows("SELECT AVG(number) FROM book") } }
    #expect(reason == .statement)
  }

  @Test(arguments: EngineKind.allCases)
  func changesAreCounted(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let counts = try await database.write { db in
      [
        try db.run("INSERT INTO book (number, shelf_id) VALUES (1, 's'), (2, 's')"),
        try db.run("UPDATE book SET code = 'x' WHERE number = 9"),
        try db.run("CREATE TABLE other (id TEXT PRIMARY KEY)"),
        try db.run("DELETE FROM book"),
      ]
    }
    #expect(counts == [2, 0, 0, 2])
  }

  @Test(
    arguments: EngineKind.allCases,
    [
      ("INSERT INTO shelf (id, title) VALUES ('s', 'again')", StorageError.Reason.duplicate),
      ("INSERT INTO book (number, shelf_id, code) VALUES (1, 's', 'c'), (2, 's', 'c')", .duplicate),
      ("INSERT INTO shelf (id, title) VALUES ('t', NULL)", .refusedBySchema),
      ("INSERT INTO shelf (id, title) VALUES ('t', '')", .refusedBySchema),
      ("INSERT INTO book (number, shelf_id) VALUES (0, 's')", .refusedBySchema),
      ("INSERT INTO book (number, shelf_id) VALUES (1, 'nowhere')", .refusedBySchema),
      ("SELECT nothing FROM nowhere", .statement),
      ("DELETE FROM ledger_event", .refusedBySchema),
      ("UPDATE ledger_event SET name = 'x.y'", .refusedBySchema),
    ] as [(SQL, StorageError.Reason)])
  func theSchemaRefuses(_ kind: EngineKind, _ row: (SQL, StorageError.Reason)) async throws {
    let database = try await Shelf.make(kind)
    try await Shelf.add(7, to: database)
    let reason = await refusal { try await database.write { _ = try $0.run(row.0) } }
    #expect(reason == row.1)
    #expect(try await Shelf.numbers(in: database) == [7])
  }

  @Test(arguments: EngineKind.allCases)
  func textWithANullCharacterIsRefused(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let reason = await refusal {
      try await database.write {
        _ = try $0.run("INSERT INTO shelf (id, title) VALUES ('n', \("half\u{0}name"))")
      }
    }
    #expect(reason == .refusedBySchema)
  }

  @Test(arguments: EngineKind.allCases)
  func aQuestionCannotWrite(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let reason = await refusal { _ = try await database.read { try $0.run("DELETE FROM shelf") } }
    #expect(reason == .statement)
  }

  @Test(arguments: EngineKind.allCases)
  func aQuestionSeesOneState(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let (looked, look) = AsyncStream<Void>.makeStream()
    let gate = Gate()
    async let counts = database.read { db in
      let first = try db.rows("SELECT number FROM book").count
      look.finish()
      gate.wait()
      return [first, try db.rows("SELECT number FROM book").count]
    }
    for await _ in looked {}
    try await Shelf.add(1, to: database)
    gate.open()
    #expect(try await counts == [0, 0])
  }
}
