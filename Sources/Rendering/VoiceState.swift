/// All that the renderer has to remember of one voice between two frames. Saved at each block, so that it can go back.
struct VoiceState: BitwiseCopyable {
    enum Phase: BitwiseCopyable {
        /// No voice here.
        case free
        /// Here and silent, not yet begun.
        case attached
        /// Waits for its instant, or for `startFrame` once the instant has one.
        case armed
        case sounding
        case pausing
        case paused
        case stopping
        /// Rendered to its end, not yet heard to its end.
        case over
    }

    /// A start whose instant lies beyond what is being rendered.
    static var unplaced: Int64 {
        @_noLocks get { Int64.max }
    }

    var phase = Phase.free
    var ticket: UInt64 = 0
    var channels = 2
    /// The device's frame on which the voice begins.
    var startFrame = VoiceState.unplaced
    /// The instant that was asked for, and the one at which the call was made; in nanoseconds of wall time.
    var instant = RenderCommand.immediately
    var stamp: Int64 = 0
    /// Whether it has sounded before, so that it is now resumed and not started.
    var hasBegun = false
    /// Frames of the voice that have been rendered.
    var position: Int64 = 0
    var level = GainRamp(1)
    var fade = GainRamp(1)
    var underrun: Int64 = 0
    /// The magnitude of the loudest sample, as bits: they sort as the numbers do.
    var peak: UInt32 = 0

    @_noLocks
    init() {}

    /// Whether it is in the mix now: a ramp of what still waits would not move before its first frame.
    var isHeard: Bool {
        @_noLocks get {
            if case .armed = phase { return false }
            return isMoving
        }
    }

    /// Whether the voice adds to the mix, or will.
    var isMoving: Bool {
        @_noLocks get {
            switch phase {
            case .armed, .sounding, .pausing, .stopping: true
            case .free, .attached, .paused, .over: false
            }
        }
    }
}
