// swift-tools-version: 6.2
import PackageDescription

// What is measured against what else there is. A package of its own, so that nobody who builds Loa builds this.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(), .treatAllWarnings(as: .error),
]

let package = Package(
    name: "loa-benchmarks",
    dependencies: [.package(name: "loa", path: "..")],
    targets: [
        // The peer of `mixing`: the same arithmetic in plain C, for the machine that builds it.
        .target(name: "CMixing", cSettings: [.unsafeFlags(["-O3", "-march=native"])]),
        .executableTarget(
            name: "mixing", dependencies: ["CMixing", .product(name: "Rendering", package: "loa")],
            swiftSettings: house),
        .executableTarget(
            name: "voices",
            dependencies: [.product(name: "MP3Decoding", package: "loa"), .product(name: "Rendering", package: "loa")],
            swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)
