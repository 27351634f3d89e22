/// Judges a file by the frames found in it: how they follow each other, and where they end.
struct MP3Stream: Sendable {
    /// How much of what follows the last frame is looked at.
    static let tailReach = 160

    /// More bytes than this between frames are heard as damage.
    static let tolerableGarbage = 16_384

    /// Size of the file.
    let bytes: Int

    /// How many frames the file says it holds.
    var announced: Int?

    /// How many frames were found.
    private(set) var frames = 0

    /// Offset of the first byte after the last frame.
    private(set) var end = 0

    /// Whether frames of different bit rates were found.
    private(set) var isVariableBitrate = false

    /// Offset of the first frame of sound; nil before it.
    var start: Int? { first?.offset }

    private var first: MPEGFrame?
    private var audio = 0
    private var garbage = 0
    private var change: Int?

    init(bytes: Int) {
        self.bytes = bytes
    }

    /// Takes the next frame of the file.
    mutating func add(_ frame: MPEGFrame) {
        if let first {
            garbage += max(0, frame.offset - end)
            if frame.kind != first.kind, change == nil { change = frames }
            if frame.bitrateIndex != first.bitrateIndex { isVariableBitrate = true }
        } else {
            first = frame
        }
        frames += 1
        audio += frame.size
        end = frame.end
    }

    /// The verdict after the last frame: `tail` is what follows it, `failure` what ended decoding before the end.
    func defect(tail: [UInt8], failure: MP3DecodingError?) -> MP3Defect? {
        guard let first else { return failure.map { .undecodable($0) } ?? .noSound }
        if first.layer != 3 { return .notLayer3(first) }
        // Frames found by chance in other data are few and far between.
        if frames < 2 || audio < garbage { return .notMP3(what: "a file with scraps that look like MPEG audio") }
        if end > bytes { return .truncated(found: frames - 1, announced: announced) }
        if garbage > min(Self.tolerableGarbage, bytes / 100) { return .damaged(garbage: garbage, bytes: bytes) }
        if let change { return .formatChanges(frame: change) }
        if let announced, frames + 1 < announced { return .truncated(found: frames, announced: announced) }
        if isHeader(tail, like: first) { return .truncated(found: frames, announced: announced) }
        return failure.map { .undecodable($0) }
    }

    private func isHeader(_ bytes: [UInt8], like frame: MPEGFrame) -> Bool {
        guard bytes.count >= 4 else { return false }
        let header = bytes[0..<4].reduce(0) { $0 << 8 | UInt32($1) }
        return header >> 21 == 0x7FF && MPEGFrame(header: header, offset: 0, size: 0).kind == frame.kind
    }
}

extension MP3Defect {
    /// MPEG audio, but of another layer.
    static func notLayer3(_ frame: MPEGFrame) -> MP3Defect { .notMP3(what: "MPEG audio of layer \(frame.layer)") }
}
