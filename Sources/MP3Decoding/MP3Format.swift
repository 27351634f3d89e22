/// The shape of decoded sound: how many frames a second, and how many samples make a frame.
public struct MP3Format: Sendable, Hashable {
    /// Frames per second, as the file's first frame says.
    public let sampleRate: Int

    /// Samples per frame: 1 (mono) or 2 (left, right).
    public let channels: Int

    /// A format of `sampleRate` Hz with `channels` interleaved samples per frame.
    public init(sampleRate: Int, channels: Int) {
        self.sampleRate = sampleRate
        self.channels = channels
    }
}
