/// Where the segments of a voice lie, in frames at the device's rate.
struct VoiceLayout: Sendable, Hashable {
    struct Part: Sendable, Hashable {
        var frames: Int64
        var isRelay: Bool
    }

    let parts: [Part]

    /// Frames of the whole.
    var frames: Int64 { parts.reduce(0) { $0 + $1.frames } }

    /// The frame on which part `index` begins.
    func start(of index: Int) -> Int64 { parts[..<index].reduce(0) { $0 + $1.frames } }

    /// Where a voice goes on that was silent for `passed` frames since `position`, if that lies within a relay: where the relay is by
    /// now, or where it has ended, if it has. Nil elsewhere: nothing is missed there.
    func relayEdge(of position: Int64, after passed: Int64) -> Int64? {
        var end: Int64 = 0
        for part in parts {
            end += part.frames
            guard position < end else { continue }
            return part.isRelay ? min(position + max(0, passed), end) : nil
        }
        return nil
    }
}
