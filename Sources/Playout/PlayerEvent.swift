/// What the player reports. Each is a fact about sound that has left the device, not about an intention.
public enum PlayerEvent: Sendable, Hashable {
    /// The voice can start. `framesDue` is its length in frames at `rate`, exact where the files announce their length
    /// truthfully; the end of the voice tells the truth in any case.
    case loaded(VoiceID, framesDue: Int64, rate: Int)
    /// The first frame left the device at `wallNanoseconds`. `error` is its distance in seconds from the instant that was
    /// asked for, positive when late; for a start *now*, the seconds since the call.
    case started(VoiceID, wallNanoseconds: Int64, error: Double)
    /// So many frames of the voice have left the device. At most one a second for each voice; dropped when nobody reads.
    case progress(VoiceID, framesHeard: Int64)
    /// The voice is silent, and goes on from here when it is resumed. Told once, however often it is paused before it sounds again.
    case paused(VoiceID, framesHeard: Int64)
    /// The voice sounds again since `wallNanoseconds`, with its frame number `position`.
    case resumed(VoiceID, wallNanoseconds: Int64, position: Int64)
    /// The voice is over and its name forgotten. Exactly one for each voice that was loaded; nothing follows it.
    case ended(VoiceID, VoiceEnd)
    /// The device went away or could not be opened; the reason is for people. Voices go on by the clock, unheard.
    case deviceLost(String)
    /// The device is back, or was opened for the first time after a failure.
    case deviceRestored
    /// The device ran dry, once or several times; `count` times since the player began.
    case xrun(count: Int)
    /// The machine was suspended while the device was open, and the sound goes on; `count` times since the player began.
    case suspended(count: Int)
    /// A part behind the samples does not do as it is told; the reason is for people. What sounds goes on.
    case outputFault(OutputPart, String)
    /// It does again.
    case outputRestored(OutputPart)
}
