import ALSAPlayback
public import AmplifierControl
import Glibc
public import Logging
import Rendering
import RuntimeSupport
import Synchronization

/// Plays voices through one ALSA device: decoder threads → rings → mixer thread → device.
///
/// All calls return at once; what became of them is told by `events`. A call about a voice that has ended, or that was
/// never loaded, does nothing. Sixteen voices can exist at once.
public final class Player: Sendable {
    /// What happened, in order. Holds 65,536 events that nobody has read; `progress` is left out when more than 64 wait, so
    /// that all others find room. One reader only; it ends when `run()` does.
    public let events: AsyncStream<PlayerEvent>
    private let control: PlayerControl
    private let configuration: PlayerConfiguration
    private let amplifier: (any AmplifierSwitch)?
    private let logger: Logger

    /// Makes a player that opens nothing before `run()`. Voices can be loaded at once.
    ///
    /// - Parameter amplifier: what puts the amplifier's power on before the first sample and off after the last; nil where it
    ///   is always on, or sees to itself.
    /// - Throws: `SystemError` when the process has no descriptor left.
    public init(
        configuration: PlayerConfiguration, amplifier: (any AmplifierSwitch)? = nil, logger: Logger
    ) throws {
        self.configuration = configuration
        self.amplifier = amplifier
        self.logger = logger
        let sink: AsyncStream<PlayerEvent>.Continuation
        (events, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(PlayerControl.eventLimit))
        control = PlayerControl(
            configuration: configuration, port: try MixerPort(), outlet: EventOutlet(sink), logger: logger)
    }

    /// Plays until the task is cancelled; then fades what sounds, ends every voice as stopped, and closes the device.
    ///
    /// A device that cannot be opened is not an error: it is tried again, at least each second. Call it once.
    ///
    /// - Throws: `SystemError` when the system has no room for the threads.
    public func run() async throws {
        let output = try startOutput()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                do {
                    try start { done.resume() }
                } catch {
                    done.resume(throwing: error)
                }
            }
        } onCancel: {
            control.end()
        }
        output?.join()
    }

    /// Starts the threads of the mixer and of its reports; `onEnd` is called when both have come to their end.
    private func start(onEnd: @escaping @Sendable () -> Void) throws {
        _ = try NamedThread(name: "loa-playout") { [control] in
            control.listen()
            onEnd()
        }
        do {
            _ = try NamedThread(name: "loa-mixer", stackSize: 512 * 1024) { [configuration, control, logger] in
                Self.mix(configuration, control, logger)
            }
        } catch {
            logger.critical("no mixer thread", metadata: ["reason": "\(error)"])
            control.port.hasEnded.store(true, ordering: .releasing)
            control.port.reports.signal()
            control.port.output.signal()
        }
    }

    /// Starts the thread of amplifier and card volume, where there is either.
    private func startOutput() throws -> NamedThread? {
        guard amplifier != nil || configuration.mixerElement != nil else { return nil }
        return try NamedThread(name: "loa-output", stackSize: 512 * 1024) { [control, configuration, amplifier] in
            OutputControl(control: control, configuration: configuration, amplifier: amplifier).run()
        }
    }

    private static func mix(_ configuration: PlayerConfiguration, _ control: PlayerControl, _ logger: Logger) {
        var verdicts: Logger.Metadata = [:]
        if let priority = configuration.realtimePriority {
            let verdict = RealtimePrivilege.scheduleCallingThread(priority: priority)
            verdicts["scheduling"] = "\(verdict)"
            if verdict != .granted { askRealtimeKit(priority: priority, logger) }
        }
        let mixer = Mixer(configuration: configuration, link: control.link, port: control.port) { news in
            control.hear(news)
        }
        verdicts["memory"] = "\(mixer.lockMemory(of: control.link))"
        if let processor = configuration.processor {
            verdicts["processor"] = "\(RealtimePrivilege.runCallingThread(onProcessor: processor))"
        }
        logger.info("privileges of the mixer", metadata: verdicts)
        mixer.run()
    }

    /// Asks for real-time scheduling of the calling thread, on a thread that has the time to wait for an answer.
    private static func askRealtimeKit(priority: Int, _ logger: Logger) {
        let mixer = RealtimePrivilege.callingThread
        _ = try? NamedThread(name: "loa-privilege", stackSize: 128 * 1024) {
            let verdict = RealtimeKit.schedule(thread: mixer, priority: priority)
            logger.info("privileges of the mixer", metadata: ["scheduling by RealtimeKit": "\(verdict)"])
        }
    }

    /// Opens and decodes the first second of a voice, silently. Ends in `loaded` or in `ended` as failed.
    public func load(_ request: VoiceRequest) {
        control.load(request)
    }

    /// Starts a loaded voice, fading in over `ramp` seconds; with 0 the first sample has its full gain. Where `ramp` is nil, a voice
    /// from its beginning has none, and one that begins within its sound, by its request's offset, has 10 ms.
    ///
    /// A voice that is still loading starts as soon as it can. Only the first start of a voice counts.
    public func start(_ id: VoiceID, at start: PlayoutStart, ramp: Double? = nil) {
        control.start(id, at: start, ramp: ramp)
    }

    /// Fades a voice out over `ramp` seconds and keeps its place. A voice that has not begun keeps its beginning.
    public func pause(_ id: VoiceID, ramp: Double = 0.01) {
        control.pause(id, ramp: ramp)
    }

    /// Goes on with a paused voice, fading in over `ramp` seconds. Where `ramp` is nil it has none at its beginning, and 10 ms within its
    /// sound.
    public func resume(_ id: VoiceID, from point: ResumePoint = .heard, ramp: Double? = nil) {
        control.resume(id, from: point, ramp: ramp)
    }

    /// Moves the gain of a voice to `decibels` over `ramp` seconds, from the gain of that moment. Replaces the gain of
    /// its request. Where `ramp` is nil it takes 20 ms down, so that what comes is heard at once, and 300 ms up, so that what comes
    /// back does not startle.
    public func setGain(_ id: VoiceID, decibels: Double, ramp: Double? = nil) {
        control.setGain(id, decibels: decibels, ramp: ramp)
    }

    /// Fades a voice out over `ramp` seconds and ends it.
    public func stop(_ id: VoiceID, ramp: Double = 0.01) {
        control.stop(id, ramp: ramp)
    }

    /// The device as it is now.
    public var status: DeviceStatus { control.status }
}
