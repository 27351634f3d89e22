/// Gives the frames of one segment, in order, at the rate and with the channels of its voice. Belongs to one decoder thread.
protocol FrameSource: AnyObject {
    /// In dB, to be applied to all that it gives.
    var gain: Double { get }
    /// Whether it could give nothing now but silence in place of what is still to come. Then it is worth waiting for a while.
    var isWaiting: Bool { get }
    /// Whether it should be read no further ahead than it must, since more is on its way.
    var isShort: Bool { get }
    /// Fills `samples` from its beginning with whole frames, and returns how many: 0 at the end.
    func read(into samples: inout MutableSpan<Float>) throws -> Int
}

/// What is whole and at hand.
extension FrameSource {
    var isWaiting: Bool { false }
    var isShort: Bool { false }
}
