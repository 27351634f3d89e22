public import Broadcasting

/// What the player has to know to sound a cue.
public struct LoadOrder: Hashable, Sendable {
    /// Played in order, without gaps. Each piece of audio has its own gain, beside that of the voice.
    ///
    /// A piece that is named here was on the disk when the order was given. A relay's `fallback` may be absent although its
    /// document names one: it was not there.
    public var blocks: [Programme.Block]
    /// The gain in dB of the whole voice: class, node, broadcast, ceiling and ducking together.
    public var gain: Double
    /// Seconds into the blocks at which to begin. Frames due and frames heard count from there.
    public var offset: Double

    public init(blocks: [Programme.Block], gain: Double, offset: Double = 0) {
        self.blocks = blocks
        self.gain = gain
        self.offset = offset
    }

    /// The audio that must be on the disk, in the order of the blocks.
    public var audio: [AudioReference] { blocks.compactMap(\.content) }
}
