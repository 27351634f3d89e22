/// Takes the metadata out of a stream that has some after each `interval` bytes of sound (`icy-metaint`).
///
/// A block of metadata is one byte, the number of its 16-byte units, and then text such as `StreamTitle='…';`.
struct ICYDemultiplexer: Sendable {
    /// Bytes of sound between two blocks; nil for a stream without any.
    private let interval: Int?
    /// Bytes of sound to come before the next block.
    private var sound: Int
    /// Bytes of the block to come.
    private var left = 0
    private var block: [UInt8] = []

    /// What is being broadcast, as the last block that said so said; at most 256 characters.
    private(set) var title: String?

    init(interval: Int?) {
        self.interval = interval.flatMap { $0 > 0 ? $0 : nil }
        sound = self.interval ?? Int.max
    }

    /// Takes what came next, and shows the sound in it to `body`.
    mutating func add(_ bytes: Span<UInt8>, body: (Span<UInt8>) throws -> Void) rethrows {
        guard let interval else { return try body(bytes) }
        var at = 0
        while at < bytes.count {
            if left > 0 {
                block.append(bytes[at])
                at += 1
                left -= 1
                if left == 0 { read() }
            } else if sound == 0 {
                left = Int(bytes[at]) * 16
                at += 1
                sound = interval
                block.removeAll(keepingCapacity: true)
            } else {
                let count = min(sound, bytes.count - at)
                try body(bytes.extracting(at..<at + count))
                at += count
                sound -= count
            }
        }
    }

    private mutating func read() {
        let key = Array("StreamTitle='".utf8)
        let text = block.prefix { $0 != 0 }
        guard let start = (0...text.count).first(where: { text[$0...].starts(with: key) }) else { return }
        let rest = text[(start + key.count)...]
        // A title may hold quotes; the field ends with one and a semicolon.
        let quote = UInt8(ascii: "'")
        let end =
            rest.indices.first { rest[$0] == quote && $0 + 1 < rest.endIndex && rest[$0 + 1] == UInt8(ascii: ";") }
            ?? rest.lastIndex(of: quote) ?? rest.endIndex
        let field = rest[..<end]
        // Older servers speak Latin-1.
        let words =
            String(validating: field, as: UTF8.self)?.unicodeScalars.map { $0 } ?? field.map(Unicode.Scalar.init)
        let shown = words.filter { $0.value >= 0x20 && $0.value != 0x7F }
        title = String(String(String.UnicodeScalarView(shown)).prefix(256))
    }
}
