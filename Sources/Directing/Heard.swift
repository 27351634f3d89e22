/// How much of a cue has left the device, as the device counted it.
public struct Heard: Hashable, Sendable, Codable {
    public var frames: Int64
    /// Hz.
    public var rate: Int

    public init(frames: Int64, rate: Int) {
        self.frames = frames
        self.rate = rate
    }
}
