import RuntimeSupport
import Synchronization

/// What the mixer thread and control share beside the renderer's rings: how each wakes the other, and a few flags.
final class MixerPort: Sendable {
    /// Wakes the mixer.
    let commands: WakeUp
    /// Wakes control.
    let reports: WakeUp
    /// Wakes the thread of the amplifier and of the hardware's volume.
    let output: WakeUp
    /// Times that the device ran dry.
    let xruns = Atomic<Int>(0)
    /// Times that the machine was suspended while the device was open.
    let suspensions = Atomic<Int>(0)
    /// Whether the device is playing.
    let isPlaying = Atomic<Bool>(false)
    /// Whether the amplifier has to be on.
    let needsAmplifier = Atomic<Bool>(false)
    /// Whether somebody waits for what was commanded before this was set to be heard; the mixer says no, and signals `output`.
    let isAwaited = Atomic<Bool>(false)
    /// From when on it is heard, in nanoseconds of monotonic time.
    let heardFrom = Atomic<Int64>(0)
    /// Whether the mixer should come to its end.
    let isEnding = Atomic<Bool>(false)
    /// Whether the mixer has come to its end.
    let hasEnded = Atomic<Bool>(false)

    init() throws(SystemError) {
        commands = try WakeUp()
        reports = try WakeUp()
        output = try WakeUp()
    }
}
