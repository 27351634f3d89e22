public import Broadcasting

/// A piece of audio in the library, checked by decoding it whole and measured.
public struct AudioItem: Hashable, Codable, Sendable, Identifiable {
    public var sha256: ContentHash
    public var title: String
    /// The name of the file that was uploaded, where it was told.
    public var filename: String?
    public var bytes: Int64
    /// Seconds of sound.
    public var duration: Double
    /// Integrated loudness in LUFS (EBU R 128); absent where nothing is loud enough to be measured.
    public var loudness: Double?
    /// The highest true peak in dBTP; absent for digital silence.
    public var truePeak: Double?
    /// The gain in dB that brings the file to −16 LUFS, or as near as 6 dB of limiting to −1 dBTP permit.
    public var gain: Double
    /// Hz.
    public var sampleRate: Int
    public var channels: Int
    public var addedAt: Timestamp

    public var id: ContentHash { sha256 }

    /// What a broadcast says of it.
    public var reference: AudioReference {
        AudioReference(sha256: sha256, bytes: bytes, duration: duration, gain: gain)
    }

    public init(
        sha256: ContentHash, title: String, filename: String? = nil, bytes: Int64, duration: Double, loudness: Double?,
        truePeak: Double?, gain: Double, sampleRate: Int, channels: Int, addedAt: Timestamp
    ) {
        self.sha256 = sha256
        self.title = title
        self.filename = filename
        self.bytes = bytes
        self.duration = duration
        self.loudness = loudness
        self.truePeak = truePeak
        self.gain = gain
        self.sampleRate = sampleRate
        self.channels = channels
        self.addedAt = addedAt
    }
}
