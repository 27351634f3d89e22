// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(), .treatAllWarnings(as: .error),
]

/// A C library of the system, with its module map and shim under `Sources/CLibraries/`.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

/// What links a program with the Swift runtime inside, and as little else as can be: the box of a loudspeaker needs no runtime
/// installed, and memory for neither what Foundation would load nor what the linker can tell to be the same or unused.
/// A sanitizer wants the opposite: one allocator, its own, for all libraries (`scripts/test-sanitized`).
let small: [LinkerSetting] =
    Context.environment["LOA_SANITIZED"] != nil
    ? []
    : [
        .unsafeFlags([
            "-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections", "-use-ld=lld",
            "-Xlinker", "--icf=safe", "-Xlinker", "--no-export-dynamic",
            "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
        ])
    ]

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: house)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "loa",
    products: [
        .executable(name: "loa", targets: ["loa"]),
        .executable(name: "loa-controller", targets: ["loa-controller"]),
        .executable(name: "loa-node", targets: ["loa-node"]),
        .library(name: "asound_module_pcm_loa", type: .dynamic, targets: ["VirtualSoundCard"]),
        // For SystemTests.
        .library(name: "loa_clock_shift", type: .dynamic, targets: ["ClockShift"]),
        // For Benchmarks.
        .library(name: "MP3Decoding", targets: ["MP3Decoding"]),
        .library(name: "Rendering", targets: ["Rendering"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // 0 base
        system("CALSA", pkgConfig: "alsa", apt: "libasound2-dev"),
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CEBUR128", pkgConfig: "libebur128", apt: "libebur128-dev"),
        system("CGPIO", pkgConfig: "libgpiod", apt: "libgpiod-dev"),
        .systemLibrary(name: "CLinux", path: "Sources/CLibraries/CLinux"),
        system("CMPG123", pkgConfig: "libmpg123", apt: "libmpg123-dev"),
        system("CMosquitto", pkgConfig: "libmosquitto", apt: "libmosquitto-dev"),
        system("CSndfile", pkgConfig: "sndfile", apt: "libsndfile1-dev"),
        system("CSoxr", pkgConfig: "soxr", apt: "libsoxr-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        .target(name: "CRealtime"),
        module("RuntimeSupport", ["CLinux"]),
        // Loaded by any ALSA program, so it carries no part of Swift's runtime.
        .target(
            name: "VirtualSoundCard", dependencies: ["CALSA"],
            linkerSettings: [.linkedLibrary("m"), .unsafeFlags(["-nostartfiles", "-static-stdlib"])]),
        // 1 words
        module("Broadcasting", [crypto]),
        module("ControllerAPI", ["Broadcasting", "Timetabling"]),
        module("Scheduling", ["Broadcasting"]),
        module("Timetabling", ["Broadcasting", "Scheduling"]),
        module("Directing", ["Broadcasting", "Scheduling"]),
        // 1 sound
        module("Acoustics"),
        module("Rendering", ["CRealtime"]),
        // 2 adapters
        module("ALSAPlayback", ["CALSA"]),
        module("AmplifierControl", ["CGPIO"]),
        module("HTTPTransfer", ["CCurl"]),
        module("LoudnessMeasurement", ["CEBUR128"]),
        module("MP3Decoding", ["CMPG123"]),
        module("Messaging", ["CMosquitto", "RuntimeSupport", logging]),
        module("NodeStore", ["Broadcasting", "CSQLite", "RuntimeSupport"]),
        module("Resampling", ["CSoxr"]),
        module("SoundWriting", ["CSndfile"]),
        module("YAMLReading", ["CYAML", configuration]),
        module("ZoneReading", ["RuntimeSupport", "Scheduling"]),
        // 3 services
        module("ScheduleFiles", ["Broadcasting", "Scheduling", "YAMLReading"]),
        module(
            "CommandLineClient",
            [
                "Broadcasting", "ControllerAPI", "HTTPTransfer", "LoudnessMeasurement", "MP3Decoding", "Rehearsing",
                "RuntimeSupport", "ScheduleFiles", "Scheduling", "SoundWriting", "Timetabling", "ZoneReading",
                argumentParser, crypto,
            ]),
        module(
            "ControllerServices",
            [
                "Broadcasting", "ControllerAPI", "LoudnessMeasurement", "MP3Decoding", "Messaging", "RuntimeSupport",
                "Scheduling", "Timetabling", "YAMLReading", "ZoneReading", configuration, crypto, grdb, httpTypes,
                hummingbird, lifecycle, logging, signals,
            ]),
        module(
            "NodeServices",
            [
                "ALSAPlayback", "Acoustics", "AmplifierControl", "Broadcasting", "CLinux", "Cueing", "Directing",
                "HTTPTransfer",
                "Messaging",
                "NodeStore",
                "Playout", "Rendering", "RuntimeSupport", "Scheduling", "YAMLReading", configuration, crypto, lifecycle,
                logging, systemPackage,
            ]),
        module(
            "Playout",
            [
                "ALSAPlayback", "AmplifierControl", "MP3Decoding", "Relaying", "Rendering", "Resampling",
                "RuntimeSupport", logging,
            ]),
        module("Relaying", ["HTTPTransfer", "MP3Decoding", "RuntimeSupport"]),
        module("Cueing", ["Broadcasting", "Directing", "Playout"]),
        module("Rehearsing", ["Broadcasting", "Cueing", "Directing", "Playout", "Scheduling", logging]),
        // 4 programs
        program("loa", ["CommandLineClient"]),
        program("loa-controller", ["ControllerServices", argumentParser, logging]),
        .executableTarget(
            name: "loa-node",
            dependencies: [
                "Broadcasting", "NodeServices", "RuntimeSupport", argumentParser, lifecycle, logging, signals,
            ],
            swiftSettings: house, linkerSettings: small),
        // tests
        .target(name: "AllocationCounting", path: "Tests/AllocationCounting"),
        // Preloaded into any program, so it carries no part of Swift's runtime.
        .target(
            name: "ClockShift", path: "Tests/ClockShift",
            linkerSettings: [.unsafeFlags(["-nostartfiles", "-static-stdlib"])]),
        module("BroadcastTesting", ["CLinux", "RuntimeSupport", logging]),
        .target(
            name: "TestThreads", dependencies: ["RuntimeSupport"], path: "Tests/TestThreads", swiftSettings: house),
        tests("AcousticsTests", ["Acoustics"]),
        tests("ALSAPlaybackTests", ["ALSAPlayback"]),
        tests("AmplifierControlTests", ["AmplifierControl"]),
        tests("BroadcastingTests", ["Broadcasting", crypto]),
        tests(
            "CommandLineClientTests",
            [
                "Broadcasting", "CommandLineClient", "ControllerAPI", "HTTPTransfer", "RuntimeSupport", "ScheduleFiles",
                "Timetabling", "ZoneReading", argumentParser, crypto,
            ]),
        tests("ControllerAPITests", ["Broadcasting", "ControllerAPI"]),
        tests(
            "ControllerServicesTests",
            [
                "BroadcastTesting", "Broadcasting", "ControllerAPI", "ControllerServices", "LoudnessMeasurement",
                "Messaging", "RuntimeSupport", "Timetabling", "ZoneReading", configuration, crypto, grdb, httpTypes,
                hummingbird, hummingbirdTesting, lifecycle, logging,
            ]),
        tests("DirectingTests", ["Broadcasting", "Directing", "Scheduling"]),
        tests("HTTPTransferTests", ["HTTPTransfer"], resources: [.copy("Resources")]),
        tests("LoudnessMeasurementTests", ["BroadcastTesting", "LoudnessMeasurement"]),
        tests("MP3DecodingTests", ["BroadcastTesting", "MP3Decoding"]),
        tests("MessagingTests", ["BroadcastTesting", "Messaging", "RuntimeSupport", logging]),
        tests(
            "NodeServicesTests",
            [
                "Broadcasting", "Messaging", "NodeServices", "NodeStore", "Playout", "RuntimeSupport", "Scheduling",
                crypto, logging,
            ]),
        tests("NodeStoreTests", ["Broadcasting", "NodeStore"]),
        tests(
            "PlayoutTests",
            [
                "AllocationCounting", "AmplifierControl", "BroadcastTesting", "CLinux", "MP3Decoding",
                "Playout", "Relaying", "RuntimeSupport", "TestThreads", logging,
            ]),
        tests(
            "RelayingTests",
            ["BroadcastTesting", "HTTPTransfer", "MP3Decoding", "Relaying", "RuntimeSupport", "TestThreads"]),
        tests(
            "RehearsingTests",
            [
                "BroadcastTesting", "Broadcasting", "Directing", "MP3Decoding", "Rehearsing", "ScheduleFiles",
                "Scheduling", "Timetabling", "ZoneReading",
            ], resources: [.copy("Resources")]),
        tests("RenderingTests", ["AllocationCounting", "CRealtime", "Rendering"]),
        tests("ResamplingTests", ["BroadcastTesting", "Resampling"]),
        tests("RuntimeSupportTests", ["RuntimeSupport"]),
        // For scripts/compare-recurrence.
        program("recurrence-vectors", ["Broadcasting", "Scheduling"]),
        tests(
            "SchedulingTests", ["Broadcasting", "Scheduling", "recurrence-vectors"], resources: [.copy("Resources")]),
        tests(
            "SystemTests",
            ["BroadcastTesting", "Broadcasting", "ControllerAPI", "Messaging", "RuntimeSupport", "Scheduling", crypto]),
        tests("VirtualSoundCardTests", ["CALSA", "TestThreads"]),
        tests(
            "ScheduleFilesTests",
            ["BroadcastTesting", "Broadcasting", "ScheduleFiles", "Scheduling", "Timetabling", "ZoneReading", crypto]),
        tests("SoundWritingTests", ["BroadcastTesting", "SoundWriting"]),
        tests("TimetablingTests", ["Broadcasting", "Scheduling", "Timetabling", "ZoneReading"]),
        tests("YAMLReadingTests", ["YAMLReading"]),
        tests("ZoneReadingTests", ["Broadcasting", "Scheduling", "ZoneReading"]),
        tests(
            "loaTests",
            ["BroadcastTesting", "Broadcasting", "ControllerAPI", "Timetabling", "loa", "loa-controller", crypto]),
    ],
    swiftLanguageModes: [.v6]
)
