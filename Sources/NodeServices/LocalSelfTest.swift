public import Broadcasting
import Playout

/// The self-test on this box, without controller or broker: a sweep, and whether the microphone heard it.
public struct LocalSelfTest: Sendable {
    private let output: LocalOutput
    private let test: SelfTest

    /// - Parameters:
    ///   - microphone: the ALSA name of the capture device; nil when nobody listens.
    ///   - level: the crest of the sweep in dBFS, 0 at most.
    public init(on output: LocalOutput, microphone: String?, level: Double = NodeSettings.SelfTest.usualLevel) {
        self.output = output
        test = SelfTest(level: min(level, 0), microphone: microphone)
    }

    /// Makes the test, which takes some three seconds.
    ///
    /// - Returns: what it found. An amplifier that cannot be switched, or a volume that cannot be set, is an error in it.
    /// - Throws: `CancellationError` once the sound of a cancelled task has faded, `LocalPlaybackError` when the device cannot be played on,
    ///   `SystemError` when the system has no room for threads.
    public func run() async throws -> SelfTestResult {
        let (tested, faults) = try await output.run { player in
            let result = await test.run(with: player, as: VoiceID(1), events: player.events)
            if let loss = player.loss { throw loss }
            return result
        }
        guard var result = tested else {
            throw LocalPlaybackError(description: "\(output.device): the sweep was not played to its end")
        }
        if result.error == nil, !faults.isEmpty { result.error = faults.joined(separator: " ") }
        return result
    }
}
