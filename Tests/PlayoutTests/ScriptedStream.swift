import MP3Decoding

@testable import Playout

/// A stream whose frames are there when the test says so.
final class ScriptedStream: LiveStream {
    private var waiting: [(packet: MPEGPacket, isBreak: Bool)] = []
    private(set) var level = 0.0
    private(set) var isListening = false

    func next() -> (packet: MPEGPacket, isBreak: Bool)? {
        guard !waiting.isEmpty else { return nil }
        let first = waiting.removeFirst()
        level = waiting.reduce(0) { $0 + $1.packet.header.duration }
        return first
    }

    func setListening(_ listening: Bool) { isListening = listening }

    /// Brings frames; with `isBreak` the first does not follow what came before.
    func bring(_ packets: some Sequence<MPEGPacket>, isBreak: Bool = false) {
        for (number, packet) in packets.enumerated() { waiting.append((packet, isBreak && number == 0)) }
        level = waiting.reduce(0) { $0 + $1.packet.header.duration }
    }

    /// The frames of an MP3.
    static func packets(_ mp3: [UInt8]) -> [MPEGPacket] {
        var framer = MPEGFramer()
        framer.add(mp3.span)
        var packets: [MPEGPacket] = []
        while let packet = framer.next() { packets.append(packet) }
        return packets
    }
}
