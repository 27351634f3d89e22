import Broadcasting
import ControllerAPI

/// A piece of audio as an argument names it: a file to upload, or something that the library has.
enum AudioSource: Hashable, Sendable {
    case file(LocalFile)
    case hash(ContentHash)
    /// The first digits of a hash, 8 or more.
    case prefix(String)

    /// A file of that name goes before a hash.
    ///
    /// - Throws: `ClientError.file`.
    init(_ text: String) throws {
        do {
            self = .file(try LocalFile(text))
        } catch {
            let isHex = text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
            if let hash = ContentHash(text) {
                self = .hash(hash)
            } else if isHex, (8...63).contains(text.utf8.count) {
                self = .prefix(text)
            } else {
                throw error
            }
        }
    }

    /// What a person calls it, before anything was sent.
    var name: String {
        switch self {
        case .file(let file): file.name
        case .hash(let hash): hash.hex
        case .prefix(let digits): "\(digits)…"
        }
    }

    /// The one piece of `library` whose hash starts with `digits`.
    ///
    /// - Throws: `ClientError.file`.
    static func find(_ digits: String, in library: [AudioItem]) throws -> AudioItem {
        let found = library.filter { $0.sha256.hex.hasPrefix(digits) }
        guard let first = found.first else {
            throw ClientError.file("there is no file \(digits), and nothing in the library starts so: loa audio list")
        }
        guard found.count == 1 else {
            throw ClientError.file("\(found.count) pieces of the library start with \(digits): give more digits")
        }
        return first
    }
}
