/// Tells files that people take for MP3 by their first bytes.
enum FileSignature {
    private static let known: [(offset: Int, bytes: [UInt8], name: String)] = [
        (0, [0x89, 0x50, 0x4E, 0x47], "a PNG picture"),
        (0, [0xFF, 0xD8, 0xFF], "a JPEG picture"),
        (0, Array("GIF8".utf8), "a GIF picture"),
        (0, Array("%PDF".utf8), "a PDF document"),
        (0, Array("PK".utf8) + [3, 4], "a ZIP archive or an office document"),
        (0, Array("fLaC".utf8), "FLAC audio"),
        (0, Array("OggS".utf8), "Ogg audio"),
        (0, Array("caff".utf8), "CAF audio"),
        (0, Array("FORM".utf8), "AIFF audio"),
        (0, Array("#!AMR".utf8), "AMR audio"),
        (0, [0x30, 0x26, 0xB2, 0x75], "Windows Media audio"),
        (0, [0x1A, 0x45, 0xDF, 0xA3], "a WebM or Matroska file"),
        (4, Array("ftyp".utf8), "MP4 audio or video"),
        (8, Array("WAVE".utf8), "WAV audio"),
        (8, Array("AVI ".utf8), "an AVI video"),
    ]

    /// What `head`, the first bytes of a file, shows it to be; nil for MP3 and for what is not known.
    static func name(of head: [UInt8]) -> String? {
        for entry in known where head.dropFirst(entry.offset).starts(with: entry.bytes) {
            return entry.name
        }
        let text = head.drop { $0 == 0x20 || (0x09...0x0D).contains($0) || [0xEF, 0xBB, 0xBF].contains($0) }.prefix(8)
        // A stream that begins in the midst of a frame may begin with this byte as with any other.
        let isText = text.dropFirst().allSatisfy { (0x20...0x7E).contains($0) || (0x09...0x0D).contains($0) }
        return text.first == UInt8(ascii: "<") && isText ? "a web page or XML" : nil
    }
}
