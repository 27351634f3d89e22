public import Broadcasting

/// A piece of audio as a schedule file names it.
public enum AudioName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// An MP3 file, by its path from the folder of the schedule file.
    case file(String)
    /// A piece of the library, by its hash; written `sha256:` and 64 hex digits.
    case library(ContentHash)

    /// Reads the written form; nil when it is none.
    public init?(_ text: String) {
        if text.hasPrefix("sha256:") {
            guard let hash = ContentHash(String(text.dropFirst(7))) else { return nil }
            self = .library(hash)
        } else {
            guard text.utf8.count > 4, text.lowercased().hasSuffix(".mp3"), !text.contains("\n"),
                !text.contains("://")
            else { return nil }
            self = .file(text)
        }
    }

    static let form =
        "audio: write the path of an MP3 file, as audio/tin.mp3, or sha256: and 64 lower-case hex digits; a stream is a relay"

    public var description: String {
        switch self {
        case .file(let path): path
        case .library(let hash): "sha256:\(hash)"
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
