import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// Audio that is not what it should be ends alone: with a reason, and without harm to what follows.
    @Suite struct BadAudioTests {
        @Test func `audio that lies about itself fails with its reason, and the next broadcast sounds`() async throws {
            try await Station.run(speed: 4) { station in
                let server = station.server
                let good = try Data(
                    contentsOf: URL(filePath: try await station.workshop.noise("good", seconds: 1)))
                let other = try Data(
                    contentsOf: URL(filePath: try await station.workshop.noise("other", seconds: 1)))
                var broadcasts: [Broadcast] = []
                func lie(_ id: String, _ answer: ContentServer.Answer, bytes: Int64? = nil) {
                    // Each under a hash of its own.
                    var audio = AudioReference.naming(good + Data(id.utf8))
                    audio.bytes = bytes ?? audio.bytes
                    server.set(answer, for: audio.fileName)
                    broadcasts.append(.due(id, audio))
                }
                lie("hash", .file(other), bytes: Int64(other.count))
                lie("longer", .file(good + Data("longer".utf8) + other))
                lie("shorter", .file(good))
                lie("announcing", .announcing(10_000_000_000))
                lie("endless", .endless)
                let honest = AudioReference.naming(good)
                server.set(.file(good), for: honest.fileName)
                let next = Broadcast.due("honest", honest)
                try await station.controller.say(broadcasts + [next], to: Station.commune)

                #expect(try await station.controller.ending(of: next.cue).event.kind == .finished)
                for broadcast in broadcasts {
                    let end = try await station.controller.ending(of: broadcast.cue, within: .seconds(40)).event
                    #expect(end.kind == .failed, "\(broadcast.id)")
                    #expect(end.reason?.code == .contentCorrupt, "\(broadcast.id)")
                    #expect(end.reason?.text.isEmpty == false)
                    #expect(end.framesHeard == 0)
                }
                #expect(station.node.isRunning)
                #expect(server.bytesSent < 40_000_000, "a node takes no more than the document names")
                let heard = try #require(station.node.card.heard)
                let expected = try await station.workshop.decoded(station.workshop.path("good.mp3"), rate: 44_100)
                #expect(try #require(heard.distance(to: expected, at: 0)) <= 1)
                #expect(heard.audible.upperBound <= expected.frames)
            }
        }

        @Test func `files that are no good MP3 fail with their reason or sound as mpg123 has them`() async throws {
            try await Station.run(speed: 4) { station in
                let workshop = station.workshop
                let good = try Data(contentsOf: URL(filePath: try await workshop.noise("good", seconds: 2)))
                var corrupt = good
                for index in good.count / 3..<good.count / 3 + 3000 {
                    corrupt[index] = UInt8(truncatingIfNeeded: index &* 37)
                }
                let free = try await workshop.noise("free", seconds: 1, options: ["--freeformat", "-b", "400"])
                let variable = try await workshop.noise("variable", seconds: 1, options: ["-V", "2"])
                let files = [
                    "text": try workshop.write(
                        Data("Đây không phải là MP3.\n".utf8) + Data(repeating: 65, count: 9000), to: "text"),
                    "zeros": try workshop.write(Data(count: 50_000), to: "zeros"),
                    "one-byte": try workshop.write(Data([0xFF]), to: "one-byte"),
                    "truncated": try workshop.write(good.prefix(good.count * 2 / 3), to: "truncated"),
                    "corrupt": try workshop.write(corrupt, to: "corrupt"),
                    "wav": workshop.path("good.wav"),
                    "free-format": free, "variable": variable,
                ]
                var broadcasts: [Broadcast] = []
                for (id, path) in files.sorted(by: { $0.key < $1.key }) {
                    broadcasts.append(.due(id, try station.offer(path)))
                }
                try await station.controller.say(broadcasts, to: Station.commune)
                var ends: [String: PlaybackEvent] = [:]
                for broadcast in broadcasts {
                    let end = try await station.controller.ending(of: broadcast.cue).event
                    ends[broadcast.id.rawValue] = end
                    #expect([.failed, .finished].contains(end.kind), "\(broadcast.id)")
                    #expect(end.kind == .finished || end.reason?.text.isEmpty == false)
                }
                for id in ["text", "zeros", "one-byte", "wav"] {
                    #expect(ends[id]?.kind == .failed, "\(id)")
                    #expect(ends[id]?.framesHeard == 0, "\(id)")
                }
                for id in ["free-format", "variable"] { #expect(ends[id]?.kind == .finished, "\(id)") }

                // What sounded, in order: as mpg123 decodes it, and nothing beside.
                let heard = try #require(station.node.card.heard)
                for id in ["free-format", "variable"] {
                    let expected = try await workshop.decoded(try #require(files[id]), rate: 44_100)
                    let place = try #require(heard.find(expected[3000..<3400]), "\(id)") - 3000
                    #expect(try #require(heard.distance(to: expected, at: place)) <= 1, "\(id)")
                    #expect(ends[id]?.framesHeard == Int64(expected.frames))
                }
                let whole = try await workshop.decoded(workshop.path("good.mp3"), rate: 44_100)
                for id in ["truncated", "corrupt"] {
                    #expect((ends[id]?.framesHeard ?? 0) <= Int64(whole.frames))
                }
                #expect(station.node.isRunning)
                let honest = Broadcast.due("honest", try station.offer(variable))
                try await station.controller.say(broadcasts + [honest], to: Station.commune)
                #expect(try await station.controller.ending(of: honest.cue).event.kind == .finished)
            }
        }
    }
}
