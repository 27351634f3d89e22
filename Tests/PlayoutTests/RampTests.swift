import Foundation
import Logging
import Testing

@testable import Playout

/// How gains move where nobody says how.
@Suite struct RampTests {
    private let id = VoiceID(1)

    /// A player on which a constant of half scale sounds, mono at 48 kHz.
    private func player(seconds: Double, offset: Double = 0) throws -> OfflinePlayer {
        let player = try OfflinePlayer(
            configuration: PlayerConfiguration(rate: 48_000, channels: 1), at: 0,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let samples = [Float](repeating: 0.5, count: Int(seconds * 48_000))
        player.load(
            VoiceRequest(id: id, segments: [.samples(samples, rate: 48_000, gain: 0)], offset: offset))
        player.start(id, at: .now)
        return player
    }

    /// The next frames as factors of half scale.
    private func factors(_ count: Int, of player: OfflinePlayer) -> [Double] {
        var samples = [Int16](repeating: 0, count: count)
        var done = 0
        while done < count {
            var span = samples.mutableSpan
            var part = span._mutatingExtracting(done..<count)
            done += player.render(into: &part)
            _ = player.takeEvents()
        }
        return samples.map { Double($0) / 16_384 }
    }

    @Test func `a gain goes down over 20 ms and up over 300 ms`() throws {
        let player = try player(seconds: 2)
        #expect(factors(4800, of: player).allSatisfy { $0 == 1 })
        for (decibels, from, to, frames) in [(-20.0, 1.0, 0.1, 960), (0, 0.1, 1, 14_400)] {
            player.setGain(id, decibels: decibels)
            let ramp = factors(frames + 4800, of: player)
            for (frame, factor) in ramp.enumerated() {
                let expected = from + (to - from) * Double(min(frame, frames)) / Double(frames)
                if abs(factor - expected) > 1e-4 { Issue.record("\(factor) at frame \(frame), not \(expected)") }
            }
        }
    }

    @Test(arguments: [0, 0.25])
    func `a beginning is whole, and what begins within its sound comes in over 10 ms`(offset: Double) throws {
        let start = factors(960, of: try player(seconds: 1, offset: offset))
        for (frame, factor) in start.enumerated() {
            let along = min(Double(frame) / 480, 1)
            let expected = offset == 0 ? 1 : sin(along * .pi / 2)
            if abs(factor - expected) > 1e-4 { Issue.record("\(factor) at frame \(frame), not \(expected)") }
        }
    }
}
