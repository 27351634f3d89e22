import ALSAPlayback
import Playout

/// Plays files on this box, without controller or broker: whether device, amplifier and horn work is heard at once.
public struct LocalPlayback: Sendable {
    private let output: LocalOutput

    /// What became of a file.
    public struct Outcome: Sendable {
        public var path: String
        /// Nil when the file was heard to its end.
        public var problem: String?
        public var secondsHeard: Double
        /// The loudest sample that was written, in dBFS.
        public var peak: Double
    }

    public init(on output: LocalOutput) { self.output = output }

    /// The playback devices that ALSA knows here.
    public static func devices() -> [String] { PCMCatalogue.playbackNames() }

    /// Plays the MP3 files one after the other, tells `report` how each ended as it ends, and returns it of all; beside that what is
    /// wrong with amplifier and volume, for people.
    ///
    /// - Throws: `CancellationError` once the sound of a cancelled task has faded, `LocalPlaybackError` when the device cannot be played on,
    ///   `SystemError` when the system has no room for threads.
    @discardableResult
    public func play(
        _ paths: [String], report: @escaping @Sendable (Outcome) -> Void
    ) async throws -> (outcomes: [Outcome], faults: [String]) {
        let played = try await output.run { try await follow($0, paths, report) }
        return (played.result, played.faults)
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
            case .deviceLost:
                if let loss = player.loss { throw loss }
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
