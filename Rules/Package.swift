// swift-tools-version: 6.2
// The quick door: the same rule sources as the main package, without a single dependency, so that
// `swift test --package-path Rules` answers in seconds on a new clone.
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "Rules",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "Rules", swiftSettings: strict),
    .testTarget(name: "RulesTests", dependencies: ["Rules"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
