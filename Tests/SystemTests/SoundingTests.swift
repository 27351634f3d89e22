import BroadcastTesting
import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// What leaves the loudspeaker, against mpg123's own decode.
    @Suite struct SoundingTests {
        /// An MP3 as a commune has them, on a card of the rate.
        struct Kind: Sendable, CustomTestStringConvertible {
            var name: String
            var rate: Int
            var channels = 2
            var hasCover = false
            var cardRate: Int

            var testDescription: String { "\(name) on a card of \(cardRate) Hz" }
        }

        static let kinds = [
            Kind(name: "44.1 kHz", rate: 44_100, cardRate: 44_100),
            Kind(name: "44.1 kHz", rate: 44_100, cardRate: 48_000),
            Kind(name: "48 kHz", rate: 48_000, cardRate: 48_000),
            Kind(name: "48 kHz", rate: 48_000, cardRate: 44_100),
            Kind(name: "22.05 kHz mono", rate: 22_050, channels: 1, cardRate: 44_100),
            Kind(name: "22.05 kHz mono", rate: 22_050, channels: 1, cardRate: 22_050),
            Kind(name: "44.1 kHz with tags and a cover", rate: 44_100, hasCover: true, cardRate: 44_100),
        ]

        @Test(arguments: kinds)
        func `an MP3 sounds whole, from its first frame to its last`(kind: Kind) async throws {
            try await Station.run(rate: kind.cardRate, speed: 2) { station in
                var options = ["-b", "128"]
                if kind.hasCover {
                    options += ["--id3v2-only", "--tt", "Thông báo", "--ti", try station.workshop.cover()]
                }
                let mp3 = try await station.workshop.noise(
                    "noise", seconds: 3.1, rate: kind.rate, channels: kind.channels, options: options)
                let expected = try await station.workshop.decoded(mp3, rate: kind.cardRate)
                let broadcast = Broadcast.due("b1", try station.offer(mp3))
                try await station.controller.say([broadcast], to: Station.commune)
                let end = try await station.controller.ending(of: broadcast.cue)
                #expect(end.event.kind == .finished)

                let heard = try #require(station.node.card.heard)
                #expect(heard.rate == kind.cardRate)
                let due = Int(end.event.framesDue ?? 0)
                #expect(abs(due - expected.frames) <= 1)
                #expect(end.event.framesHeard == end.event.framesDue)
                #expect(heard.frames >= due)
                #expect(heard.isSilent(due..<heard.frames), "the loudspeaker is silent after the last frame")
                if kind.rate == kind.cardRate {
                    #expect(due == expected.frames)
                    let distance = try #require(heard.distance(to: expected, at: 0))
                    #expect(distance <= 1)
                } else {
                    let correlation = heard.correlation(with: expected)
                    #expect(correlation > 0.999)
                    #expect(abs(heard.audible.upperBound - expected.audible.upperBound) <= 32)
                }
            }
        }

        @Test func `health says how loud it is while it sounds, and nothing of it in silence`() async throws {
            try await Station.run(rate: 48_000) { station in
                let settled = try await station.controller.healths.first("health") { $0.device.state == "idle" }
                #expect(settled.device.levels == nil)
                // A sine of 1 kHz on both channels has as many LUFS as its crest has dBFS (EBU Tech 3341, table 1). LAME makes it a little softer.
                let tone = station.workshop.path("tone")
                try await Tool.run(
                    "sox", "-R", "-n", "-r", "48000", "-c", "2", "\(tone).wav", "synth", "20", "sine", "1000", "gain",
                    "-20")
                try await Tool.run("lame", "--quiet", "--noreplaygain", "-b", "192", "\(tone).wav", "\(tone).mp3")
                let expected = try await station.workshop.decoded("\(tone).mp3", rate: 48_000)[48_000..<96_000]
                let crest = 20 * log10(Double(try #require((0..<expected.frames).map(expected.peak).max())) / 32_768)
                let broadcast = Broadcast.due("b1", try station.offer("\(tone).mp3"))
                try await station.controller.say([broadcast], to: Station.commune)
                try await station.node.card.hears(4 * 48_000)
                // Any news brings a report.
                let known = station.controller.healths.all.count
                var cancelled = broadcast
                let later = Broadcast.due(in: 3600, "b2", broadcast.audio[0])
                try await station.controller.say([broadcast, later], to: Station.commune)
                let sounding = try await station.controller.healths.first(from: known, "health while it sounds") {
                    $0.documents.values.contains { $0.number == 2 }
                }
                cancelled.cancelled = Broadcast.Cancellation(at: .now, reason: "enough")
                let before = station.controller.healths.all.count
                try await station.controller.say([cancelled, later], to: Station.commune)
                try await station.controller.ending(of: broadcast.cue)
                let silent = try await station.controller.healths.first(from: before, "health in silence") {
                    $0.playing.isEmpty
                }
                let levels = try #require(sounding.device.levels)
                #expect(abs(levels.peak - crest) <= 0.1, "\(levels)")
                #expect(abs(levels.rms - crest + 3) <= 0.1, "\(levels)")
                #expect(abs(levels.loudness - crest) <= 0.1, "\(levels)")
                #expect(silent.device.levels == nil)
            }
        }

        @Test func `a card that takes nothing back sounds whole, and health says what it cannot`() async throws {
            try await Station.run(rate: 48_000, device: "plain") { station in
                let mp3 = try await station.workshop.noise("noise", seconds: 1, rate: 48_000)
                let expected = try await station.workshop.decoded(mp3, rate: 48_000)
                let broadcast = Broadcast.due("b1", try station.offer(mp3))
                try await station.controller.say([broadcast], to: Station.commune)
                #expect(try await station.controller.ending(of: broadcast.cue).event.kind == .finished)
                #expect(try #require(station.node.card.heard).places(of: expected).count == 1)
                try await station.controller.healths.first("short buffer") {
                    $0.device.state == "idle" && $0.device.rate == 48_000 && !$0.device.canRewind
                }
            }
        }

        @Test func `a node plays by its amplifier and the card's volume, and ends with the power off`() async throws {
            let folder = try TemporaryFolder()
            let relay = try RelaySwitch(in: folder)
            let settings = "  warmUp: 0.4\n  mixer: Master\namplifier:\n  file: \(relay.path)\n  offDelay: 0"
            try await Station.run(rate: 48_000, settings: settings) { station in
                try station.node.card.turn(to: "0 0")
                let mp3 = try await station.workshop.noise("noise", seconds: 1, rate: 48_000)
                let expected = try await station.workshop.decoded(mp3, rate: 48_000)
                let broadcast = Broadcast.due("b1", try station.offer(mp3))
                try await station.controller.say([broadcast], to: Station.commune)
                #expect(try await station.controller.ending(of: broadcast.cue).event.kind == .finished)
                #expect(try #require(station.node.card.heard).places(of: expected) == [19_200])
                #expect(try station.node.card.levels == "63 1")
                #expect(await station.node.stop() == .exited(0))
                #expect(relay.changes.hasSuffix("010"))
            }
        }

        @Test func `a programme begins on its second, however long the amplifier needs before it`() async throws {
            try await Station.run(settings: "  warmUp: 3") { station in
                let clip = try await station.clip("noise", seconds: 0.5)
                let due = station.time(in: 7)
                let programme = Programme("p", at: due, .audio(clip.audio))
                try await station.schedule([programme], before: due.advanced(by: -3))
                #expect(try await station.controller.ending(of: programme.cue).event.kind == .finished)
                let heard = try #require(station.node.card.heard)
                let place = try #require(heard.places(of: clip.sound).first)
                let instant = Timestamp(nanoseconds: try #require(try station.node.card.instant(of: place)))
                let late = instant.seconds(since: due.instant)
                // One that is ordered too late waits for the amplifier, by a second or more.
                try #require(late.magnitude < 0.5)
                try SlowMachine.check("the programme", isOff: late, within: 0.002)
                #expect(place >= 3 * 44_100)
            }
        }

        @Test func `a card that runs dry and is put to sleep sounds on, and health counts both`() async throws {
            try await Station.run(rate: 48_000) { station in
                let mp3 = try await station.workshop.noise("noise", seconds: 3, rate: 48_000)
                let expected = try await station.workshop.decoded(mp3, rate: 48_000)
                let broadcast = Broadcast.due("b1", try station.offer(mp3))
                try await station.controller.say([broadcast], to: Station.commune)
                try await station.node.card.hears(24_000)
                try station.node.card.say("xrun 20\nsuspend 3")
                let end = try await station.controller.ending(of: broadcast.cue).event
                #expect(end.kind == .finished)
                #expect(try #require(station.node.card.heard).places(of: expected).count == 1)
                let health = try await station.controller.healths.first("health after it") {
                    $0.playing.isEmpty && $0.device.suspensions == 3
                }
                #expect(health.device.xruns >= 20)
            }
        }
    }
}
