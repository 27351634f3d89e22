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

        @Test(arguments: ["music", "speech"])
        func `a file that cannot be decoded from its middle on ends alone, and the other voice sounds whole`(
            broken: String
        ) async throws {
            try await Station.run(rate: 48_000) { station in
                let workshop = station.workshop
                var cues: [String: Broadcast] = [:]
                var sounds: [String: Sound] = [:]
                for (name, seconds) in [("music", 6.0), ("speech", 3.0)] {
                    let path = try await workshop.noise(name, seconds: seconds, rate: 48_000)
                    sounds[name] = try await workshop.decoded(path, rate: 48_000)
                    var data = try Data(contentsOf: URL(filePath: path))
                    // More than any decoder searches for the next frame.
                    if name == broken { data.insert(contentsOf: Data(count: 200_000), at: data.count / 2) }
                    let audio = try station.offer(try workshop.write(data, to: "\(name).mp3"))
                    cues[name] = .due(name, audio, class: name == "music" ? .normal : .priority)
                }
                let music = try #require(cues["music"])
                var speech = try #require(cues["speech"])
                speech.over = .duck(decibels: -12)
                try await station.controller.say([music], to: Station.commune)
                try await station.node.card.hears(24_000)
                try await station.controller.say([music, speech], to: Station.commune)
                var ends: [String: PlaybackEvent] = [:]
                for cue in [speech.cue, music.cue] {
                    ends[cue.item] = try await station.controller.ending(of: cue).event
                }

                let failed = try #require(ends[broken])
                #expect(failed.kind == .failed && failed.reason?.code == .decodingFailed, "\(failed)")
                #expect(failed.reason?.text.contains("MP3 decoding failed") == true)
                for (name, end) in ends where name != broken { #expect(end.kind == .finished, "\(name): \(end)") }
                #expect(ends.values.allSatisfy { $0.framesHeard == $0.framesDue && $0.framesHeard ?? 0 > 48_000 })
                try await station.controller.fault("content", "\(failed.cue) could not be played to its end: MP3")

                // What was decoded of the one sounds, and the other is whole to the last bit.
                for (name, end) in ends {
                    let frames = Int(end.framesHeard ?? 0)
                    // The decoder needs the bytes of the next frames for the latest ones.
                    sounds[name] = try #require(sounds[name])[0..<(name == broken ? frames - 2304 : frames)]
                }
                let scene = DuckedScene(
                    heard: try #require(station.node.card.heard), music: try #require(sounds["music"]),
                    speech: try #require(sounds["speech"]), duck: -12, uncertain: 2304)
                try scene.check()
            }
        }
    }
}
