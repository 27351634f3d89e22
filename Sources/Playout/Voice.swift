import Rendering

/// What control knows of one voice.
struct Voice {
    /// A start that waits until enough is decoded.
    struct Wish {
        var start: PlayoutStart
        var ramp: Double
        /// Wall time of the call, in nanoseconds.
        var stamp: Int64
    }

    var request: VoiceRequest
    var deck: Deck
    var framesDue: Int64 = 0
    /// Whether the renderer knows the voice.
    var isAttached = false
    /// Whether it can start.
    var isPrimed = false
    var wasLoaded = false
    var hasStarted = false
    /// Whether its first frame has left the device.
    var wasHeard = false
    var wish: Wish?
    /// How it was first started.
    var firstWish: Wish?
    var isPaused = false
    /// Where and when it was paused, for its live edge.
    var pausedPosition: Int64 = 0
    var pausedAt: Int64 = 0
    var lastPosition: Int64 = 0
    var isStopping = false
    var failure: String?
}
