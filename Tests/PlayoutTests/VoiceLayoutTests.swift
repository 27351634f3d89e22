import Testing

@testable import Playout

/// Where a voice goes on that was interrupted.
@Suite struct VoiceLayoutTests {
    /// 100 frames of a file, 1,000 of a relay, 50 of silence, 1,000 of another relay.
    private let layout = VoiceLayout(parts: [
        .init(frames: 100, isRelay: false), .init(frames: 1_000, isRelay: true), .init(frames: 50, isRelay: false),
        .init(frames: 1_000, isRelay: true),
    ])

    @Test(
        arguments: [
            // A file and silence wait.
            (0, 500, nil), (99, 500, nil), (1_100, 500, nil), (1_149, 1, nil),
            // A relay does not, and ends when it should have.
            (100, 0, 100), (100, 400, 500), (600, 499, 1_099), (600, 500, 1_100), (600, 99_999, 1_100),
            (1_150, 10, 1_160), (2_000, 5_000, 2_150),
            // Nothing follows the end; no time runs backwards.
            (2_150, 10, nil), (5_000, 10, nil), (600, -5, 600),
        ] as [(Int64, Int64, Int64?)])
    func `a relay goes on where it is by now, all else where it was`(position: Int64, passed: Int64, edge: Int64?) {
        #expect(layout.relayEdge(of: position, after: passed) == edge)
    }

    @Test func `parts follow each other`() {
        #expect((0..<4).map { layout.start(of: $0) } == [0, 100, 1_100, 1_150])
        #expect(layout.frames == 2_150)
    }
}
