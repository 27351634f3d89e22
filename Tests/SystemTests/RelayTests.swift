import BroadcastTesting
import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// Another station's stream within a programme.
    @Suite struct RelayTests {
        @Test func `a relay of a real Icecast begins and ends on time, and the journal says what sounded`() async throws
        {
            try await Station.run { station in
                let icecast = try await Icecast()
                let path = try await station.workshop.noise("radio", seconds: 6, options: ["-b", "128"])
                let mp3 = try [UInt8](Data(contentsOf: URL(filePath: path)))
                let radio = try icecast.station(mp3: mp3, bytesPerSecond: 16_000)
                let news = try await station.clip("news", seconds: 0.6)
                let fallback = try await station.clip("fallback", seconds: 1)
                let due = station.time(in: 5)
                let second = due.advanced(by: 6)
                // Nobody listens there.
                let nowhere = "http://127.0.0.1:\(try LoopbackPort.free())/live"
                let live = Programme(
                    "tiep-song", at: due, .relay(url: icecast.url(), duration: 3, fallback: fallback.audio),
                    .audio(news.audio))
                let dead = Programme(
                    "mat-song", at: second, .relay(url: nowhere, duration: 4, fallback: fallback.audio),
                    .audio(news.audio))
                try await station.schedule([live, dead], before: due)
                let one = try await station.controller.ending(of: live.cue, within: .seconds(60)).event
                let two = try await station.controller.ending(of: dead.cue, within: .seconds(60)).event
                _ = consume radio

                #expect(one.kind == .finished)
                let told = try #require(one.relay)
                #expect(told.live > 2.9, "connected before the start, it sounds from the first frame: \(told)")
                #expect(abs(told.live + told.fallback + told.silence - 3) < 0.01)
                #expect(two.kind == .finished)
                let without = try #require(two.relay)
                #expect(without.live == 0)
                #expect(without.fallback > 1 && without.silence > 0, "\(without)")
                #expect(abs(without.fallback + without.silence - 4) < 0.01)
                #expect(without.error?.isEmpty == false)

                // The bulletin after the relay begins at its second whatever the stream does.
                let heard = try #require(station.node.card.heard)
                let places = heard.places(of: news.sound[2000..<2400])
                #expect(places.count == 2)
                for (place, start) in zip(
                    places, [due.instant.advanced(bySeconds: 3), second.instant.advanced(bySeconds: 4)])
                {
                    #expect(try #require(heard.distance(to: news.sound, at: place - 2000)) <= 1)
                    let instant = Timestamp(nanoseconds: try #require(try station.node.card.instant(of: place - 2000)))
                    try SlowMachine.check("the bulletin", isOff: instant.seconds(since: start))
                }
                for (event, seconds) in [(one, 3), (two, 4)] {
                    #expect(event.framesHeard == Int64(seconds * 44_100 + news.sound.frames))
                }
            }
        }
    }
}
