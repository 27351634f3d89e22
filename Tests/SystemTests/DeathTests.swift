import BroadcastTesting
import Broadcasting
import Foundation
import Glibc
import Testing

extension SystemSuite {
    /// What a node says of the end of a broadcast, and of its own.
    @Suite struct DeathTests {
        @Test func `finished is said after the last frame has left the device`() async throws {
            try await Station.run(rate: 48_000) { station in
                let mp3 = try await station.workshop.noise("noise", seconds: 1.5, rate: 48_000)
                let broadcast = Broadcast.due("b1", try station.offer(mp3))
                try await station.controller.say([broadcast], to: Station.commune)
                let end = try await station.controller.ending(of: broadcast.cue)
                #expect(end.event.kind == .finished)
                let heard = try #require(station.node.card.heard)
                let last = heard.audible.upperBound
                #expect(end.event.framesHeard == Int64(try await station.workshop.decoded(mp3, rate: 48_000).frames))
                // The instant of the record, against that at which the card had played the frame.
                let gone = try #require(try station.node.card.instant(of: last))
                #expect(end.record.at.nanoseconds >= gone)
                #expect(end.record.at.nanoseconds < gone + 500_000_000)
            }
        }

        @Test func `a node that is killed tells at its next start how far it came, and does not play it again`()
            async throws
        {
            try await Station.run { station in
                let mp3 = try await station.workshop.noise("noise", seconds: 8)
                let expected = try await station.workshop.decoded(mp3, rate: 44_100)
                let broadcast = Broadcast.due("b1", try station.offer(mp3))
                let next = Broadcast.due(
                    "b2",
                    try station.offer(
                        try await station.workshop.noise("next", seconds: 0.6)))
                try await station.controller.say([broadcast], to: Station.commune)
                try await station.node.card.hears(3 * 44_100)
                await station.node.kill()
                let heard = try #require(station.node.card.heard)
                let known = station.controller.journal.all.count

                try await station.node.start()
                let end = try await station.controller.ending(of: broadcast.cue)
                #expect(end.event.kind == .interrupted)
                #expect(end.event.reason?.code == .nodeDied)
                let frames = Int(try #require(end.event.framesHeard))
                #expect(abs(frames - heard.frames) <= Int(NodeBox.lag * 44_100), "\(frames) of \(heard.frames)")
                #expect(try #require(heard.distance(to: expected[0..<heard.frames], at: 0)) <= 1)

                // Whatever arrives how often, it is over; the next one sounds.
                try await station.controller.told(.booted, from: known)
                try await station.controller.say([broadcast, next], to: Station.commune)
                #expect(try await station.controller.ending(of: next.cue).event.kind == .finished)
                let journal = try station.controller.settledJournal()
                #expect(journal.playbacks(of: broadcast.cue).filter(\.final).count == 1)
                #expect(journal.playbacks(of: broadcast.cue).filter { $0.kind == .started }.count == 1)
                let all = try #require(station.node.card.heard)
                let rest = all[heard.frames..<all.frames]
                let second = try await station.workshop.decoded(station.workshop.path("next.mp3"), rate: 44_100)
                #expect(rest.audible.upperBound <= second.frames)
                #expect(try #require(rest.distance(to: second, at: 0)) <= 1)
            }
        }

        @Test func `what plays while the sound card is away is not told as heard`() async throws {
            try await Station.run { station in
                let mp3 = try await station.workshop.noise("noise", seconds: 5)
                let expected = try await station.workshop.decoded(mp3, rate: 44_100)
                let broadcast = Broadcast.due("b1", try station.offer(mp3))
                try await station.controller.say([broadcast], to: Station.commune)
                try await station.node.card.hears(44_100)
                try station.node.card.set(present: false)
                try await station.controller.told(.deviceLost)
                // Whoever is to mend it learns which devices there are.
                try await station.controller.fault("device", "Devices here: speaker")
                try station.node.card.set(present: true)
                try await station.controller.told(.deviceRestored)
                let end = try await station.controller.ending(of: broadcast.cue).event
                let heard = try #require(station.node.card.heard)
                let frames = Int(try #require(end.framesHeard))
                #expect(frames < expected.frames)
                let segments = try station.node.card.segments()
                #expect(segments.map(\.ended).contains("lost"))
                // The card is asked where it is when the mixer wakes, and loses what it had not played.
                #expect(
                    abs(frames - heard.audible.count) <= Int(NodeBox.lag * 44_100),
                    "\(frames) of \(heard.audible.count)")
                #expect(try #require(heard.distance(to: expected[0..<40_000], at: 0)) <= 1)

                let next = Broadcast.due(
                    "b2",
                    try station.offer(
                        try await station.workshop.noise("next", seconds: 0.5)))
                try await station.controller.say([broadcast, next], to: Station.commune)
                #expect(try await station.controller.ending(of: next.cue).event.kind == .finished)
            }
        }

        @Test func `a node that is stopped says how far it came, and good-bye`() async throws {
            try await Station.run { station in
                let mp3 = try await station.workshop.noise("noise", seconds: 6)
                let broadcast = Broadcast.due("b1", try station.offer(mp3))
                try await station.controller.say([broadcast], to: Station.commune)
                try await station.node.card.hears(44_100)
                #expect(await station.node.stop() == .exited(0))
                let end = try await station.controller.ending(of: broadcast.cue)
                #expect(end.event.reason?.code == .nodeStopped)
                let heard = try #require(station.node.card.heard).audible.upperBound
                #expect(abs(Int(end.event.framesHeard ?? 0) - heard) <= 2)
                try await station.controller.presences.first("good-bye") { $0.state == .stopped }
            }
        }
    }
}
