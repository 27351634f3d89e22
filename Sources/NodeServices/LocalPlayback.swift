import ALSAPlayback
import Logging
import Playout

/// Plays files on this box, without controller or broker: whether device, amplifier and horn work is heard at once.
public struct LocalPlayback: Sendable {
    private let device: String
    private let rate: Int
    private let channels: Int

    /// What became of a file.
    public struct Outcome: Sendable {
        public var path: String
        /// Nil when the file was heard to its end.
        public var problem: String?
        public var secondsHeard: Double
        /// The loudest sample that was written, in dBFS.
        public var peak: Double
    }

    /// - Parameters:
    ///   - device: the ALSA name, as `devices()` gives them.
    ///   - rate: Hz that the device is asked for.
    public init(device: String, rate: Int = 48_000, channels: Int = 2) {
        self.device = device
        self.rate = rate
        self.channels = channels
    }

    /// The playback devices that ALSA knows here.
    public static func devices() -> [String] { PCMCatalogue.playbackNames() }

    /// Plays the MP3 files one after the other, tells `report` how each ended as it ends, and returns it of all.
    ///
    /// - Throws: `LocalPlaybackError` when the device cannot be played on, `SystemError` when the system has no room for threads.
    @discardableResult
    public func play(_ paths: [String], report: @escaping @Sendable (Outcome) -> Void) async throws -> [Outcome] {
        let player = try Player(
            configuration: PlayerConfiguration(device: device, rate: rate, channels: channels),
            logger: Logger(label: "loa-node") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup { group in
            defer { group.cancelAll() }
            group.addTask { () -> [Outcome] in
                try await player.run()
                return []
            }
            group.addTask { try await follow(player, paths, report) }
            return try await group.next() ?? []
        }
    }

    private func follow(_ player: Player, _ paths: [String], _ report: @Sendable (Outcome) -> Void) async throws
        -> [Outcome]
    {
        var outcomes: [Outcome] = []
        func begin() {
            let voice = VoiceID(UInt64(outcomes.count))
            player.load(VoiceRequest(id: voice, segments: [.file(path: paths[outcomes.count])]))
            player.start(voice, at: .now)
        }
        guard !paths.isEmpty else { return [] }
        begin()
        for await event in player.events {
            switch event {
            case .deviceLost(let words):
                throw LocalPlaybackError(description: "\(device): \(words)")
            case .ended(_, let end):
                let outcome = Outcome(path: paths[outcomes.count], end)
                outcomes.append(outcome)
                report(outcome)
                if outcomes.count == paths.count { return outcomes }
                begin()
            default: continue
            }
        }
        return outcomes
    }
}

extension LocalPlayback.Outcome {
    init(path: String, _ end: VoiceEnd) {
        let seconds = end.rate > 0 ? Double(end.framesHeard) / Double(end.rate) : 0
        let problem: String? =
            switch end.completion {
            case .finished where end.framesHeard == end.framesDue: nil
            case .finished: "only \(end.framesHeard) of \(end.framesDue) frames left the device"
            case .stopped: "it was stopped"
            case .failed(let words): words
            }
        self.init(path: path, problem: problem, secondsHeard: seconds, peak: end.peak)
    }
}

/// The device cannot be played on: its name, and what to do, in plain words.
public struct LocalPlaybackError: Error, CustomStringConvertible, Sendable {
    public let description: String

    public init(description: String) { self.description = description }
}
