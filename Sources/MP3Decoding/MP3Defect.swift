/// Why a file is not taken for broadcasting. Each says what the person who sent it can do.
public enum MP3Defect: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file cannot be opened or read: check its path, its rights and the disk.
    case unreadable(MP3DecodingError)
    /// The file has no bytes: the upload or the export failed, send it again.
    case empty
    /// The file is something else than MPEG layer III audio, as `what` says: convert it to MP3 first.
    case notMP3(what: String)
    /// Bytes are missing at the end: the copy or upload broke off, send it again. `announced` is how many MPEG frames
    /// the file says it has, nil where only its last frame is incomplete.
    case truncated(found: Int, announced: Int?)
    /// `garbage` of the file's `bytes` lie between the MPEG frames and are no sound: encode it again from its source.
    case damaged(garbage: Int, bytes: Int)
    /// Decoding stops before the end of the file: encode it again from its source.
    case undecodable(MP3DecodingError)
    /// Sample rate or channels change midway, at `frame`: files were joined as they were, encode them as one.
    case formatChanges(frame: Int)
    /// No sample comes out of the file: it has tags but no sound.
    case noSound

    public var description: String {
        switch self {
        case .unreadable(let error):
            "The file cannot be read: \(error.reason)."
        case .empty:
            "The file is empty. The upload or the export failed: send it again."
        case .notMP3(let what):
            "This is not an MP3 file but \(what). Convert it to MP3 first."
        case .truncated(let found, let announced?):
            "The file is cut short: it announces \(announced) frames and holds \(found). Send it again."
        case .truncated(let found, nil):
            "The file is cut short in the frame after number \(found). Send it again."
        case .damaged(let garbage, let bytes):
            "The file is damaged: \(garbage) of its \(bytes) bytes are no sound. Encode it again from its source."
        case .undecodable(let error):
            "The file is damaged and cannot be decoded to its end (\(error.reason)). Encode it again from its source."
        case .formatChanges(let frame):
            "Sample rate or channels change at frame \(frame): files were joined as they were. Encode them as one."
        case .noSound:
            "The file holds no sound. Check what was exported."
        }
    }
}
