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
    }
}
