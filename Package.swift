// swift-tools-version: 6.2
// SPDX-License-Identifier: AGPL-3.0-or-later
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func nio(_ names: String...) -> [Target.Dependency] {
  names.map { .product(name: $0, package: "swift-nio") }
}
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")

/// What every feature may import. Features never import one another (ARCHITECTURE.md, "Who may import what").
let platform: [Target.Dependency] =
  ["Rules", "Storage", "Web", "Identity", "Realtime", "Jobs", hummingbird, logging]

/// The features, once. Each is a target `Sources/<Name>` with tests in `Tests/<Name>Tests`.
let features: [(name: String, extra: [Target.Dependency])] = [
  ("Organisation", ["Spreadsheets"]),
  ("Timetable", []),
  ("LiveClass", ["Media", crypto, lifecycle, .product(name: "HTTPTypes", package: "swift-http-types")]),
  ("Incidents", []),
]

/// Targets below the features, with what each may use.
let foundation: [(name: String, uses: [Target.Dependency])] = [
  (
    "Storage",
    [
      "Rules", "CPostgres", crypto, logging, .product(name: "GRDB", package: "GRDB.swift"),
      .product(name: "GRDBSQLite", package: "GRDB.swift"),
    ]
  ),
  (
    "Web",
    [
      "Rules", "CAssets", "CZlib", hummingbird, crypto, logging, lifecycle,
      .product(name: "HummingbirdHTTP2", package: "hummingbird"),
      .product(name: "HummingbirdTLS", package: "hummingbird"),
      .product(name: "X509", package: "swift-certificates"),
      .product(name: "SwiftASN1", package: "swift-asn1"),
      .product(name: "NIOSSL", package: "swift-nio-ssl"),
      .product(name: "HummingbirdCore", package: "hummingbird"),
      .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
      .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
      .product(name: "HTTPTypes", package: "swift-http-types"),
    ] + nio("NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket", "NIOTLS", "NIOConcurrencyHelpers")
  ),
  ("Identity", ["Rules", "Storage", "Web", "CArgon2", "CQREncode", hummingbird, crypto, logging]),
  (
    "Realtime",
    ["Rules", "Storage", "Web", logging, crypto]
      + nio("NIOCore", "NIOWebSocket", "NIOHTTP1", "NIOConcurrencyHelpers")
  ),
  (
    "Jobs",
    ["Rules", "Storage", "Web", logging, lifecycle, .product(name: "NIOSSL", package: "swift-nio-ssl")]
      + nio("NIOCore", "NIOPosix")
  ),
  ("Media", ["Rules", logging]),
  ("Spreadsheets", ["Rules", "CZip", "CXML2"]),
]

/// All that the application is made of: for App, TestKit and the tests.
let everything: [Target.Dependency] =
  ["Rules", hummingbird, logging, lifecycle, crypto]
  + foundation.map { .init(stringLiteral: $0.name) } + features.map { .init(stringLiteral: $0.name) }

var targets: [Target] = [
  .target(name: "Rules", path: "Rules/Sources/Rules", swiftSettings: strict),
  .systemLibrary(
    name: "CPostgres", path: "Sources/CLibraries/CPostgres", pkgConfig: "libpq",
    providers: [.apt(["libpq-dev"])]),
  .systemLibrary(
    name: "CArgon2", path: "Sources/CLibraries/CArgon2", pkgConfig: "libargon2",
    providers: [.apt(["libargon2-dev"])]),
  .systemLibrary(
    name: "CZip", path: "Sources/CLibraries/CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
  .systemLibrary(
    name: "CXML2", path: "Sources/CLibraries/CXML2", pkgConfig: "libxml-2.0",
    providers: [.apt(["libxml2-dev"])]),
  .systemLibrary(
    name: "CQREncode", path: "Sources/CLibraries/CQREncode", pkgConfig: "libqrencode",
    providers: [.apt(["libqrencode-dev"])]),
  .systemLibrary(
    name: "CZlib", path: "Sources/CLibraries/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .target(
    name: "CAssets", path: "Sources/Assets", exclude: ["css", "js", "images"],
    cSettings: [.unsafeFlags(["-std=c23"])]),
  .testTarget(
    name: "RulesTests", dependencies: ["Rules"], path: "Rules/Tests/RulesTests", swiftSettings: strict),
  .target(
    name: "App",
    dependencies: everything + nio("NIOCore", "NIOPosix"),
    swiftSettings: strict),
  .executableTarget(
    name: "lopan",
    dependencies: [
      "App", "Rules", "Storage", "Web", "Identity", "Jobs", "Media", hummingbird, logging, lifecycle,
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: strict),
  .target(
    name: "TestKit",
    dependencies: everything + [
      "App", .product(name: "HummingbirdTesting", package: "hummingbird"),
      .product(name: "NIOSSL", package: "swift-nio-ssl"),
    ] + nio("NIOCore", "NIOPosix"),
    swiftSettings: strict),
]
for part in foundation {
  targets.append(
    .target(name: part.name, dependencies: part.uses, exclude: ["README.md"], swiftSettings: strict))
}
for feature in features {
  targets.append(
    .target(
      name: feature.name, dependencies: platform + feature.extra, exclude: ["README.md"],
      swiftSettings: strict))
}
for part in foundation.map(\.name) + features.map(\.name) + ["App"] {
  targets.append(
    .testTarget(
      name: part + "Tests",
      dependencies: everything + [
        "App", "TestKit", .product(name: "HummingbirdTesting", package: "hummingbird"),
      ]
        + nio("NIOCore", "NIOPosix", "NIOWebSocket", "NIOHTTP1"),
      swiftSettings: strict))
}

let package = Package(
  name: "lopan",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "lopan", targets: ["lopan"])],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6]
)
