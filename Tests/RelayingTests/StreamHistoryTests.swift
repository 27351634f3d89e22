import MP3Decoding
import Testing

@testable import Relaying

/// How a stream is joined to itself after the connection broke.
@Suite struct StreamHistoryTests {
    private func packet(_ number: Int) throws -> MPEGPacket {
        // MPEG 1, layer III, 32 kbit/s, 44.1 kHz, mono.
        let header = try #require(MPEGHeader(0xFFFB_10C0))
        return MPEGPacket(
            header: header, bytes: [0xFF, 0xFB, 0x10, 0xC0] + (0..<8).map { UInt8(number >> ($0 * 8) & 255) })
    }

    private func admit(_ numbers: some Sequence<Int>, _ history: inout StreamHistory) throws -> [(Int, Bool)] {
        var out: [(Int, Bool)] = []
        for number in numbers {
            for entry in history.admit(try packet(number)) {
                let value = entry.packet.bytes[4...].reversed().reduce(0) { $0 << 8 | Int($1) }
                out.append((value, entry.isBreak))
            }
        }
        return out
    }

    @Test func `what was heard before the break is left out, and nothing is missing`() throws {
        var history = StreamHistory()
        history.reconnect()
        let first = try admit(0..<100, &history)
        history.reconnect()
        let second = try admit(60..<150, &history)
        #expect(first.map(\.0) == Array(0..<100) && second.map(\.0) == Array(100..<150))
        #expect(first.map(\.1) == [true] + Array(repeating: false, count: 99))
        #expect(second.allSatisfy { !$0.1 })
    }

    @Test func `what does not reach back begins anew, whole`() throws {
        var history = StreamHistory()
        history.reconnect()
        _ = try admit(0..<100, &history)
        history.reconnect()
        let second = try admit(120..<150, &history)
        #expect(second.map(\.0) == Array(120..<150))
        #expect(second.map(\.1) == [true] + Array(repeating: false, count: 29))
        // And is what later connections are compared with.
        history.reconnect()
        #expect(try admit(140..<155, &history).map(\.0) == Array(150..<155))
    }

    @Test func `what parts from the known again begins anew there`() throws {
        var history = StreamHistory()
        history.reconnect()
        _ = try admit(0..<100, &history)
        history.reconnect()
        let second = try admit(Array(60..<70) + Array(500..<510), &history)
        #expect(second.map(\.0) == Array(500..<510))
        #expect(second.first?.1 == true)
    }

    @Test func `connections that break off at once lose nothing`() throws {
        var history = StreamHistory()
        history.reconnect()
        _ = try admit(0..<100, &history)
        for length in 0..<4 {
            history.reconnect()
            #expect(try admit(60..<60 + length, &history).isEmpty)
        }
        history.reconnect()
        #expect(try admit(60..<110, &history).map(\.0) == Array(100..<110))
    }

    @Test func `it remembers half a minute and no more`() throws {
        var history = StreamHistory()
        history.reconnect()
        _ = try admit(0..<10_000, &history)
        history.reconnect()
        #expect(try admit(9_000..<10_010, &history).map(\.0) == Array(10_000..<10_010))
        history.reconnect()
        #expect(try admit(5_000..<5_010, &history).count == 10)
    }
}
