public import Broadcasting
import Logging
import Playout

/// The self-test on this box, without controller or broker: a sweep, and whether the microphone heard it.
public struct LocalSelfTest: Sendable {
    private let playback: PlayerConfiguration
    private let test: SelfTest

    /// - Parameters:
    ///   - device: the ALSA name of the sound device.
    ///   - microphone: the ALSA name of the capture device; nil when nobody listens.
    ///   - level: the crest of the sweep in dBFS, 0 at most.
    ///   - rate: Hz that the device is asked for.
    public init(
        device: String, microphone: String?, level: Double = NodeSettings.SelfTest.usualLevel, rate: Int = 48_000,
        warmUp: Double = 0
    ) {
        playback = PlayerConfiguration(device: device, rate: rate, warmUp: warmUp)
        test = SelfTest(level: min(level, 0), microphone: microphone)
    }

    /// Makes the test, which takes some three seconds.
    ///
    /// - Throws: `LocalPlaybackError` when the device cannot be played on, `SystemError` when the system has no room for threads.
    public func run() async throws -> SelfTestResult {
        let player = try Player(
            configuration: playback, logger: Logger(label: "loa-node") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup { group in
            defer { group.cancelAll() }
            group.addTask { () -> SelfTestResult? in
                try await player.run()
                return nil
            }
            group.addTask { try await follow(player) }
            guard let result = try await group.next() ?? nil else {
                throw LocalPlaybackError(description: "\(playback.device): the sweep was not played to its end")
            }
            return result
        }
    }

    private func follow(_ player: Player) async throws -> SelfTestResult? {
        let result = await test.run(with: player, as: VoiceID(1), events: player.events)
        if case .lost(let words) = player.status.state {
            throw LocalPlaybackError(description: "\(playback.device): \(words)")
        }
        return result
    }
}
