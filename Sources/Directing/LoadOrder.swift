public import Broadcasting

/// What the player has to know to sound a cue.
public struct LoadOrder: Hashable, Sendable {
    /// Played in order, without gaps, the chime first. Each has its own gain, beside that of the voice.
    public var audio: [AudioReference]
    /// The gain in dB of the whole voice: class, node, broadcast, ceiling and ducking together.
    public var gain: Double

    public init(audio: [AudioReference], gain: Double) {
        self.audio = audio
        self.gain = gain
    }
}
