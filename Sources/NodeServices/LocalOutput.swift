import Logging
import Playout

/// The way from the samples to the horn as a technician uses it, without controller or broker: sound card, its volume, and amplifier.
public struct LocalOutput: Sendable {
    /// The ALSA name of the sound device.
    public var device: String { configuration.device }
    private(set) var configuration = PlayerConfiguration()
    private(set) var amplifier: NodeConfiguration.Amplifier?

    /// What the node itself would play with; without settings ALSA's default device, and no amplifier that is switched.
    ///
    /// - Parameters:
    ///   - device: the ALSA name of another device than that of the settings, whose volume is then left alone.
    ///   - rate: Hz that the device is asked for instead.
    public init(_ settings: NodeConfiguration? = nil, device: String? = nil, rate: Int? = nil) {
        if let settings {
            configuration = PlayerConfiguration(settings)
            amplifier = settings.output.amplifier
        }
        if let device, device != configuration.device {
            configuration.device = device
            configuration.mixerElement = nil
        }
        configuration.rate = rate ?? configuration.rate
    }

    /// Runs `body` with a player on this output, and then switches off what was switched on. Where the task is cancelled what sounds is
    /// faded first.
    ///
    /// - Returns: what `body` does, and what is wrong with amplifier and volume, for people.
    /// - Throws: `CancellationError` when the task was cancelled, `LocalPlaybackError` when the device cannot be played on,
    ///   `SystemError` when the system has no room for threads.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (Player) async throws -> Result
    ) async throws -> (result: Result, faults: [String]) {
        let player = try Player(
            configuration: configuration, amplifier: amplifier?.relay,
            logger: Logger(label: "loa-node") { _ in SwiftLogNoOpLogHandler() })
        let outcome = try await withThrowingTaskGroup { group -> (Result, [String])? in
            defer { group.cancelAll() }
            group.addTask { () -> (Result, [String])? in
                try await player.run()
                return nil
            }
            group.addTask { (try await body(player), player.status.faults) }
            return try await group.next() ?? nil
        }
        try Task.checkCancellation()
        guard let outcome else { throw LocalPlaybackError(description: "\(device): the player came to an end") }
        return outcome
    }
}

/// The device cannot be played on: its name, and what to do, in plain words.
public struct LocalPlaybackError: Error, CustomStringConvertible, Sendable {
    public let description: String

    public init(description: String) { self.description = description }
}

extension Player {
    /// Why nothing can be played, and on which devices of this box it could be; nil while the device is there.
    var loss: LocalPlaybackError? {
        status.loss.map { LocalPlaybackError(description: "\(status.name): \($0)") }
    }
}

extension DeviceStatus {
    /// Why the device is lost, and which devices there are, for people; nil while it is there.
    var loss: String? {
        guard case .lost(let reason) = state else { return nil }
        return hint.isEmpty ? reason : "\(reason). \(hint)"
    }
}
