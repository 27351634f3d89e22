import Foundation
import Testing

@testable import Playout

/// Measures how near starts come to what was asked, by the card's own record. Run by `scripts/measure-starts`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["LOA_MEASURE_STARTS"] != nil), .serialized)
struct StartMeasurement {
    private static let count = Int(ProcessInfo.processInfo.environment["LOA_MEASURE_STARTS"] ?? "") ?? 200

    /// Wall time at which each frame of the recording that begins a click was heard: 0.7 of full scale, and 0.1 of hum with it or against it.
    private func clicks(_ stage: Stage) throws -> [Int64] {
        let heard = try stage.heard()
        let lines = try String(contentsOfFile: stage.path("heard.wav.segments"), encoding: .utf8)
        let segments = lines.matches(of: /"first":\s*(\d+),.*"realtime_ns":\s*(\d+)/).compactMap { match in
            Int(match.1).flatMap { first in Int64(match.2).map { (first: first, at: $0) } }
        }
        var clicks: [Int64] = []
        for frame in 0..<heard.count / 2 where heard[frame * 2] > 15_000 {
            guard let segment = segments.last(where: { $0.first <= frame }) else { continue }
            clicks.append(segment.at + Int64(frame - segment.first) * 1_000_000_000 / 48_000)
        }
        return clicks
    }

    private func report(_ what: String, _ seconds: [Double]) {
        let sorted = seconds.sorted()
        func at(_ share: Double) -> String {
            String(format: "%.3f", sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))] * 1000)
        }
        print("MEASURED \(what): \(sorted.count) starts, p50 \(at(0.5)) ms, p99 \(at(0.99)) ms, most \(at(1)) ms")
    }

    /// A single loud sample at the beginning, which the recording shows to the frame.
    private var click: PlayoutSegment { .samples([0.7] + [Float](repeating: 0, count: 4799), rate: 48_000) }

    @Test(arguments: ["instant", "instant while music plays", "now while music plays"])
    func measure(_ way: String) async throws {
        let stage = try Stage("rates [ 48000 ]")
        var asked: [Int64] = []
        try await stage.play {
            $0.ceiling = nil
        } body: { player, events in
            if way.hasSuffix("music plays") {
                let hum = (0..<48_000).map { Float(sin(Double($0) / 20) * 0.1) }
                let segments = [PlayoutSegment](repeating: .samples(hum, rate: 48_000), count: 2 * Self.count)
                player.load(VoiceRequest(id: VoiceID(0), segments: segments))
                player.start(VoiceID(0), at: .now)
                _ = await events.next { if case .started = $0 { true } else { nil } }
            }
            for number in 1...Self.count {
                let id = VoiceID(UInt64(number))
                player.load(VoiceRequest(id: id, segments: [click]))
                _ = await events.next { if case .loaded(id, _, _) = $0 { true } else { nil } }
                if way.hasPrefix("instant") {
                    let instant = WallTime.nanoseconds + Int64.random(in: 300_000_000...450_000_000)
                    asked.append(instant)
                    player.start(id, at: .instant(wallNanoseconds: instant))
                } else {
                    // Not in step with the device.
                    try await Task.sleep(for: .milliseconds(Int.random(in: 1...260)))
                    asked.append(WallTime.nanoseconds)
                    player.start(id, at: .now)
                }
                _ = await events.end(of: id)
            }
            print("MEASURED \(way): \(player.status.xruns) underruns")
        }
        let heard = try clicks(stage)
        try #require(heard.count == asked.count)
        let errors = zip(heard, asked).map { abs(Double($0 - $1)) / 1e9 }
        report(way, errors)
        if way.hasPrefix("instant") { #expect(errors.sorted()[errors.count * 99 / 100] <= 0.002) }
    }
}
