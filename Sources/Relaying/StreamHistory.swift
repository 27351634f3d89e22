import MP3Decoding

/// Joins a stream to itself after the connection broke.
///
/// A server sends what it sent a few seconds ago to whoever connects, so that a player can begin at once. Where that reaches back
/// to what came before the break, the stream goes on as if nothing had been: what is known is left out. Frames are compared
/// by their hashes, three in a row at first.
struct StreamHistory: Sendable {
    /// A frame that is to be played.
    struct Entry {
        var packet: MPEGPacket
        /// Whether it does not follow the one before: the first of a stream that could not be joined.
        var isBreak: Bool
    }

    /// Half a minute of frames.
    static let capacity = 1_200
    /// How many frames must be the same.
    static let proof = 3

    private enum State {
        /// Each frame follows the one before.
        case joined
        /// The first frames after a connection was made.
        case trying([MPEGPacket])
        /// Frames that are known; the next one should be the same as this one of the known.
        case following(Int)
    }

    private var known: [UInt64] = []
    private var state = State.joined

    /// Says that a connection was made (again).
    mutating func reconnect() {
        state = known.isEmpty ? .joined : .trying([])
    }

    /// Takes the frame that came next, and gives those that are to be played.
    mutating func admit(_ packet: MPEGPacket) -> [Entry] {
        switch state {
        case .joined:
            let isFirst = known.isEmpty
            note(packet)
            return [Entry(packet: packet, isBreak: isFirst)]
        case .trying(var first):
            first.append(packet)
            guard first.count == Self.proof else {
                state = .trying(first)
                return []
            }
            let hashes = first.map(Self.hash)
            let starts = (0...max(0, known.count - Self.proof)).reversed()
            if known.count >= Self.proof,
                let start = starts.first(where: { known[$0..<$0 + Self.proof].elementsEqual(hashes) })
            {
                follow(start + Self.proof)
                return []
            }
            state = .joined
            known.removeAll(keepingCapacity: true)
            return first.enumerated().map { number, packet in
                note(packet)
                return Entry(packet: packet, isBreak: number == 0)
            }
        case .following(let place):
            if known[place] == Self.hash(packet) {
                follow(place + 1)
                return []
            }
            state = .joined
            known.removeAll(keepingCapacity: true)
            note(packet)
            return [Entry(packet: packet, isBreak: true)]
        }
    }

    private mutating func follow(_ place: Int) {
        state = place < known.count ? .following(place) : .joined
    }

    private mutating func note(_ packet: MPEGPacket) {
        known.append(Self.hash(packet))
        if known.count >= 2 * Self.capacity { known.removeFirst(Self.capacity) }
    }

    /// FNV-1a, 64 bits.
    private static func hash(_ packet: MPEGPacket) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let bytes = packet.bytes.span
        var index = 0
        while index < bytes.count {
            hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3
            index += 1
        }
        return hash
    }
}
