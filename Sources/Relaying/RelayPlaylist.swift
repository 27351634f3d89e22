import HTTPTransfer

/// A playlist in front of a stream: a list of addresses, of which one is enough.
enum RelayPlaylist {
    /// The most bytes of a playlist that are read.
    static let maximumBytes = 65_536
    /// The most addresses that are tried at one go, those of the playlists that a playlist leads to among them.
    static let maximumEntries = 16
    /// How many playlists may lead to each other.
    static let maximumDepth = 3

    /// Whether an answer is a playlist, by what the server calls it, or else by its address.
    static func isPlaylist(contentType: String, url: String) -> Bool {
        if contentType.contains("mpegurl") || contentType.contains("scpls") || contentType.contains("pls+xml") {
            return true
        }
        // What the server calls audio is no list, whatever its address ends in.
        if contentType.hasPrefix("audio/") { return false }
        let path = url.prefix { $0 != "?" && $0 != "#" }.lowercased()
        return [".m3u", ".m3u8", ".pls"].contains { path.hasSuffix($0) }
    }

    /// The addresses in an M3U or PLS playlist that was found at `base`, in order.
    static func addresses(in text: String, base: String) throws(RelayError) -> [String] {
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            String(line.drop { $0.isWhitespace || $0 == "\u{FEFF}" })
        }
        if lines.contains(where: { $0.hasPrefix("#EXT-X-") }) { throw .hls }
        // The page of a hotel's network comes under any address, and each of its lines could pass for one.
        if lines.first(where: { !$0.isEmpty })?.hasPrefix("<") ?? false { throw .webPage }
        let isPLS = lines.contains { $0.lowercased().hasPrefix("[playlist]") }
        var found: [String] = []
        for line in lines where found.count < maximumEntries {
            var entry = Substring(line)
            if isPLS {
                guard let equals = line.firstIndex(of: "="), line[..<equals].lowercased().hasPrefix("file") else {
                    continue
                }
                entry = line[line.index(after: equals)...]
            } else if line.hasPrefix("#") {
                continue
            }
            while entry.last?.isWhitespace ?? false { entry.removeLast() }
            entry = entry.drop { $0.isWhitespace }
            guard !entry.isEmpty, let address = HTTPAddress.resolve(String(entry), against: base) else { continue }
            found.append(address)
        }
        guard !found.isEmpty else { throw .emptyPlaylist }
        return found
    }
}
