/// A piece of audio as a signed document names it: what it is, how large, how long, and how loud to play it.
public struct AudioReference: Hashable, Codable, Sendable {
    public var sha256: ContentHash
    /// The file's size in bytes; a node stops a download that brings more.
    public var bytes: Int64
    /// Seconds, as the controller decoded them.
    public var duration: Double
    /// The gain in dB that brings the file to the target loudness (−16 LUFS), its peaks at most 6 dB above what the limiter lets pass.
    public var gain: Double

    /// The largest file that a document may name, in bytes.
    public static let maximumBytes: Int64 = 512 << 20

    public init(sha256: ContentHash, bytes: Int64, duration: Double, gain: Double) {
        self.sha256 = sha256
        self.bytes = bytes
        self.duration = duration
        self.gain = gain
    }

    private enum CodingKeys: String, CodingKey { case sha256, bytes, duration, gain }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sha256 = try container.decode(ContentHash.self, forKey: .sha256)
        bytes = try container.decode(in: 1...Self.maximumBytes, forKey: .bytes)
        duration = try container.decode(in: 0.0...86_400.0, forKey: .duration)
        gain = try container.decodeIfPresent(in: -60.0...24.0, forKey: .gain) ?? 0
    }
}
