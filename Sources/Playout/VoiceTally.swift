import Rendering

/// What was heard of a voice, in frames at its deck's rate.
struct VoiceTally: Sendable {
    /// Frames that left the device.
    var heard: Int64 = 0
    /// Frames of silence in the place of missing ones.
    var underrun: Int64 = 0
    /// Frames that were left out to go on at the live edge.
    var skipped: Int64 = 0
    /// The loudest sample.
    var peak: Float = 0
    /// What became of its relays; nil when it came to none.
    var relay: RelayAccount?

    static func + (one: VoiceTally, other: VoiceTally) -> VoiceTally {
        var sum = one
        sum.heard += other.heard
        sum.underrun += other.underrun
        sum.skipped += other.skipped
        sum.peak = max(one.peak, other.peak)
        if let more = other.relay {
            var relay = one.relay ?? RelayAccount()
            relay += more
            sum.relay = relay
        }
        return sum
    }

    /// The same at another rate.
    func converted(from old: Int, to rate: Int) -> VoiceTally {
        var tally = self
        tally.heard = heard * Int64(rate) / Int64(old)
        tally.underrun = underrun * Int64(rate) / Int64(old)
        tally.skipped = skipped * Int64(rate) / Int64(old)
        return tally
    }
}
