import AmplifierControl
import Foundation
import Logging
import RuntimeSupport

@testable import Playout

/// A virtual sound card and a player on it, in a folder of their own.
final class Stage: Sendable {
    struct ToolFailed: Error {
        let command: String
    }

    /// All cards of this process: libasound has one configuration, which it reads again when the file is another one.
    private static let cards = Locked<(file: String, text: String)?>(nil)

    let folder: URL
    let device: String
    private let plugin: String
    private let definition: String

    /// Makes a card with a mixer. `options` are added to its configuration as they are.
    ///
    /// - Parameter canRewind: when false, a plug-in stands before the card that takes nothing back.
    init(_ options: String = "", canRewind: Bool = true) throws {
        let name = "card" + UUID().uuidString.replacing("-", with: "")
        let folder = URL.temporaryDirectory.appending(path: "loa-stage-" + name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        device = canRewind ? name : "plain" + name
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        plugin = URL(filePath: program).deletingLastPathComponent().path + "/libasound_module_pcm_loa.so"
        definition = """
            pcm.\(name) {
                type loa
                name "\(name)"
                recording "\(folder.path)/heard.wav"
                control "\(folder.path)/control"
                \(options)
            }
            pcm.plain\(name) { type rate slave { pcm "\(name)" rate 48000 } }
            ctl.\(name) { type loa levels "\(folder.path)/levels" control "\(folder.path)/control" }
            ctl.plain\(name) { type loa levels "\(folder.path)/levels" control "\(folder.path)/control" }

            """
        try Self.define(definition, plugin: plugin)
    }

    /// Adds definitions to libasound's configuration. `old` is replaced, where it is given.
    private static func define(_ definitions: String, replacing old: String? = nil, plugin: String) throws {
        try cards.withLock { cards throws in
            let file = cards?.file ?? URL.temporaryDirectory.appending(path: "loa-asoundrc-\(UUID().uuidString)").path
            var text = cards?.text ?? "pcm_type.loa { lib \"\(plugin)\" }\nctl_type.loa { lib \"\(plugin)\" }\n"
            if let old { text.replace(old, with: "") }
            text += definitions
            // libasound looks at inode and second to see whether the file is another one. So each version keeps its inode:
            // one that was deleted would be given to the next version.
            let version = file + "." + UUID().uuidString
            try text.write(toFile: version, atomically: false, encoding: .utf8)
            guard unsafe link(version, version + ".new") == 0, unsafe rename(version + ".new", file) == 0 else {
                throw ToolFailed(command: "link \(file)")
            }
            if cards == nil { unsafe setenv("ALSA_CONFIG_PATH", file, 1) }
            cards = (file, text)
        }
    }

    /// Puts another card under the name of this one, as when a card comes back with another number. Its recording is `again.wav`, and it
    /// has no mixer.
    func replaceCard(_ options: String = "") throws {
        let card = """
            pcm.\(device) {
                type loa
                name "again\(device)"
                recording "\(folder.path)/again.wav"
                \(options)
            }

            """
        try Self.define(card, replacing: definition, plugin: plugin)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Writes the card's control file.
    func say(_ words: String) throws {
        try words.write(toFile: path("control"), atomically: true, encoding: .utf8)
    }

    /// Runs a shell command in the folder.
    func run(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ToolFailed(command: command) }
    }

    /// Makes an MP3 of coloured noise and tones, no louder than −3 dBFS, and returns what mpg123 decodes from it.
    func music(_ name: String, seconds: Double, rate: Int, channels: Int = 2, seed: Int = 1) throws -> [Int16] {
        try run(
            """
            sox -R -n -r \(rate) -c \(channels) \(name).wav synth \(seconds) pinknoise synth \(seconds) sine mix \
            \(200 + seed * 110)-\(900 + seed * 300) gain -n -6 && lame --quiet -b 128 \(name).wav \(name).mp3 && \
            mpg123 -q -w \(name).wav \(name).mp3
            """)
        return try samples("\(name).wav")
    }

    /// The samples of a 16-bit wave file.
    func samples(_ name: String) throws -> [Int16] {
        let data = [UInt8](try Data(contentsOf: folder.appending(path: name)))
        var at = 12
        while at + 8 <= data.count {
            let length = data[at + 4..<at + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            if Array(data[at..<at + 4]) == Array("data".utf8) {
                let end = min(at + 8 + length, data.count)
                return stride(from: at + 8, to: end - 1, by: 2).map {
                    Int16(truncatingIfNeeded: Int(data[$0]) | Int(data[$0 + 1]) << 8)
                }
            }
            at += 8 + length + length % 2
        }
        return []
    }

    /// The samples of a wave file of integers or floats of any width, full scale being 1.
    func values(_ name: String) throws -> [Double] {
        let data = [UInt8](try Data(contentsOf: folder.appending(path: name)))
        func number(_ at: Int, _ bytes: Int) -> Int { (0..<bytes).reduce(0) { $0 | Int(data[at + $1]) << ($1 * 8) } }
        var (at, kind, width) = (12, 0, 0)
        while at + 8 <= data.count {
            let length = number(at + 4, 4)
            if data[at..<at + 4].elementsEqual("fmt ".utf8) {
                (kind, width) = (number(at + 8, 2), number(at + 22, 2) / 8)
                // The extensible form has the kind further behind.
                if kind == 0xFFFE { kind = number(at + 32, 2) }
            } else if data[at..<at + 4].elementsEqual("data".utf8), width > 0 {
                return stride(from: at + 8, to: min(at + 8 + length, data.count) - width + 1, by: width).map { place in
                    if kind == 3 { return Double(Float(bitPattern: UInt32(number(place, 4)))) }
                    let shift = 64 - width * 8
                    return Double((number(place, width) << shift) >> shift) / Double(1 << (width * 8 - 1))
                }
            }
            at += 8 + length + length % 2
        }
        return []
    }

    /// What the card has played.
    func heard(_ number: Int = 1) throws -> [Int16] {
        try samples(number == 1 ? "heard.wav" : "heard.\(number).wav")
    }

    /// The times that the card played without a gap: when each began, by the monotonic clock, and how many frames it has.
    func segments() throws -> [(first: Int, began: Int64, frames: Int)] {
        let lines = try String(contentsOfFile: path("heard.wav.segments"), encoding: .utf8)
        let fields = /"first":\s*(\d+).*?"monotonic_ns":\s*(\d+).*?"frames":\s*(\d+)/
        return lines.matches(of: fields).compactMap { match in
            guard let first = Int(match.1), let began = Int64(match.2), let frames = Int(match.3) else { return nil }
            return (first, began, frames)
        }
    }

    /// The card's frames at which it began to play, each time that it did.
    func beginnings() throws -> [Int] { try segments().map(\.first) }

    /// Runs a player for as long as `body` lasts.
    func play(
        amplifier: (any AmplifierSwitch)? = nil, _ adjust: (inout PlayerConfiguration) -> Void = { _ in },
        body: (Player, inout AsyncStream<PlayerEvent>.AsyncIterator) async throws -> Void
    ) async throws {
        var configuration = PlayerConfiguration(device: device)
        configuration.deviceFolders = [folder.path]
        adjust(&configuration)
        let player = try Player(configuration: configuration, amplifier: amplifier, logger: Logger(label: "test"))
        try await withThrowingTaskGroup { group in
            group.addTask { try await player.run() }
            defer { group.cancelAll() }
            var events = player.events.makeAsyncIterator()
            try await body(player, &events)
        }
    }
}

extension AsyncStream<PlayerEvent>.AsyncIterator {
    /// Waits for the first event that `pick` turns into something.
    mutating func next<Fact>(_ pick: (PlayerEvent) -> Fact?) async -> Fact? {
        while let event = await next(isolation: #isolation) {
            if let fact = pick(event) { return fact }
        }
        return nil
    }

    /// Waits for the end of a voice.
    mutating func end(of id: VoiceID) async -> VoiceEnd? {
        await next { if case .ended(id, let end) = $0 { end } else { nil } }
    }

    /// What is told up to the end of a voice.
    mutating func untilEnd(of id: VoiceID) async -> [PlayerEvent] {
        var told: [PlayerEvent] = []
        _ = await next { event in
            told.append(event)
            return if case .ended(id, _) = event { true } else { nil }
        }
        return told
    }

    /// Waits for a lost device to be back and for the end of a voice, whichever comes first: without the device the voice goes on by the clock.
    mutating func returnAndEnd(of id: VoiceID) async -> VoiceEnd? {
        var isBack = false
        var end: VoiceEnd?
        while !isBack || end == nil {
            guard let event = await next(isolation: #isolation) else { return nil }
            if case .deviceRestored = event { isBack = true }
            if case .ended(id, let what) = event { end = what }
        }
        return end
    }
}

extension PlayerEvent {
    /// Whether it is the loss of the device.
    var isLoss: Bool { if case .deviceLost = self { true } else { false } }
}

/// Where `part` lies in `whole`, each sample within `tolerance`; nil when nowhere.
func find(_ part: ArraySlice<Int16>, in whole: [Int16], from start: Int = 0, tolerance: Int = 1) -> Int? {
    guard part.count <= whole.count - start else { return nil }
    return (start...whole.count - part.count).first { offset in
        zip(part, whole[offset...]).allSatisfy { abs(Int($0) - Int($1)) <= tolerance }
    }
}
