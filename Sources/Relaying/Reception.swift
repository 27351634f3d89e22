import HTTPTransfer
import MP3Decoding

/// What one server answers, taken apart as it comes: a playlist, or the frames of a stream.
struct Reception: Sendable {
    private let url: String
    private var base: String
    private var list: [UInt8]?
    private var metadata = ICYDemultiplexer(interval: nil)
    private var framer = MPEGFramer()

    init(url: String) {
        self.url = url
        base = url
    }

    /// Judges by its head whether an answer is worth reading.
    mutating func begin(_ head: HTTPStream.Head) throws {
        base = head.url
        guard (200...299).contains(head.status) else { throw RelayError.status(head.status) }
        let type = (head.headers["Content-Type"] ?? "").lowercased().prefix { $0 != ";" && $0 != " " }
        if RelayPlaylist.isPlaylist(contentType: String(type), url: base) {
            list = []
            return
        }
        // Icecast calls its own pages XML.
        if ["text/html", "application/xhtml+xml", "text/xml", "application/xml"].contains(type) {
            throw RelayError.webPage
        }
        let others = ["text/", "image/", "video/", "audio/aac", "audio/mp4", "audio/ogg", "audio/opus", "audio/flac"]
        if others.contains(where: { type.hasPrefix($0) }) || ["application/ogg", "application/json"].contains(type) {
            throw RelayError.otherFormat(
                type.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "/-+.".contains($0)) })
        }
        metadata = ICYDemultiplexer(interval: head.headers["icy-metaint"].flatMap { Int($0) })
    }

    /// Takes what came next, and shows the frames in it to `body`, with what the station says that they are.
    mutating func take(_ bytes: Span<UInt8>, body: (MPEGPacket, String?) -> Void) throws {
        if list != nil {
            guard (list?.count ?? 0) + bytes.count <= RelayPlaylist.maximumBytes else { throw RelayError.longPlaylist }
            for index in bytes.indices { list?.append(bytes[index]) }
            return
        }
        metadata.add(bytes) { framer.add($0) }
        while let packet = framer.next() { body(packet, metadata.title) }
        if let other = framer.otherKind {
            throw other == "a web page or XML" ? RelayError.webPage : RelayError.otherFormat(other)
        }
        if framer.isLost { throw RelayError.noFrames }
    }

    /// The addresses of a playlist that has come whole; nil for a stream.
    func playlist() throws -> [String]? {
        guard let list else { return nil }
        return try RelayPlaylist.addresses(in: String(decoding: list, as: UTF8.self), base: base)
    }
}
