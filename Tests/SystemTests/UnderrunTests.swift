import BroadcastTesting
import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// A card that runs dry.
    @Suite struct UnderrunTests {
        @Test
        func
            `a card that runs dry a hundred times in a row costs two voices not a frame, and journal and health count all`()
            async throws
        {
            try await Station.run(rate: 48_000) { station in
                let card = station.node.card
                let first = try await station.workshop.noise("music", seconds: 6.5, rate: 48_000)
                let second = try await station.workshop.noise("speech", seconds: 3, rate: 48_000)
                let music = Broadcast.due("music", try station.offer(first))
                var speech = Broadcast.due("speech", try station.offer(second), class: .priority)
                speech.over = .duck(decibels: -12)
                try await station.controller.say([music], to: Station.commune)
                try await card.hears(24_000)
                try await station.controller.say([music, speech], to: Station.commune)
                try await station.controller.told(.started, of: speech.cue)
                try await card.hears(card.framesHeard + 12_000)
                try card.say("xrun 100")

                for broadcast in [speech, music] {
                    let end = try await station.controller.ending(of: broadcast.cue).event
                    #expect(end.kind == .finished)
                    #expect(end.framesHeard == end.framesDue)
                }
                let health = try await station.controller.healths.first("health after it") {
                    $0.playing.isEmpty && $0.device.xruns >= 100
                }
                let scene = DuckedScene(
                    heard: try #require(card.heard),
                    music: try await station.workshop.decoded(first, rate: 48_000),
                    speech: try await station.workshop.decoded(second, rate: 48_000), duck: -12)
                try scene.check()

                // Each time it plays on within a period.
                let segments = try card.segments()
                let dry = segments.indices.dropLast().filter { segments[$0].ended == "xrun" }
                #expect(dry.count >= 100)
                for index in dry {
                    let silence = Double(segments[index + 1].monotonicNanoseconds - segments[index].end) / 1e9
                    try SlowMachine.check("underrun \(index)", isOff: silence, within: 0.0625)
                }

                // One record of the first; those of the others a minute apart, and when the node is stopped.
                #expect(await station.node.stop() == .exited(0))
                try await station.controller.presences.first("good-bye") { $0.state == .stopped }
                let told = try station.controller.settledJournal().compactMap { record -> (at: Int64, count: Int)? in
                    guard case .node(let event) = record.event, event.kind == .xrun else { return nil }
                    return (record.monotonic, event.count ?? 0)
                }
                #expect(told.reduce(0) { $0 + $1.count } == Int(health.device.xruns), "\(told)")
                for (one, next) in zip(told, told.dropFirst()).dropLast() {
                    #expect(next.at - one.at >= 60_000_000_000, "\(told)")
                }
            }
        }
    }
}
