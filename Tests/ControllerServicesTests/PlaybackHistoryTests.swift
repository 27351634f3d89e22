import Broadcasting
import ControllerAPI
import Testing

@testable import ControllerServices

/// From a node's records of a cue to how far it has come.
@Suite struct PlaybackHistoryTests {
    private static let cue = CueID(broadcast: BroadcastID(unchecked: "b"), number: 0)

    private static func record(_ sequence: Int64, _ kind: PlaybackEvent.Kind, final: Bool = false) -> JournalRecord {
        JournalRecord(
            sequence: sequence, at: Timestamp(secondsSinceEpoch: Double(sequence)), monotonic: sequence, boot: "boot",
            clockTrusted: true, event: .playback(PlaybackEvent(kind, cue, final: final)))
    }

    private static func play(_ kinds: [PlaybackEvent.Kind]) -> PlaybackCourse {
        var history = PlaybackHistory()
        for (index, kind) in kinds.enumerated() { history.add(record(Int64(index + 1), kind)) }
        return history.course
    }

    @Test(
        arguments: [
            ([], .waiting, false), ([.accepted], .accepted, false), ([.accepted, .fetched], .fetched, false),
            ([.fetched, .accepted], .fetched, false), ([.accepted, .fetched, .started], .playing, false),
            ([.started, .fetched], .playing, false), ([.started, .interrupted], .interrupted, false),
            ([.started, .interrupted, .resumed], .playing, false), ([.started, .finished], .finished, true),
            ([.accepted, .refused], .refused, true), ([.accepted, .missed], .missed, true),
            ([.started, .failed], .failed, true), ([.started, .stopped], .stopped, true),
            ([.finished, .started], .finished, true), ([.missed, .finished], .missed, true),
        ] as [([PlaybackEvent.Kind], PlaybackState, Bool)])
    func `the records of a cue come to one state`(kinds: [PlaybackEvent.Kind], state: PlaybackState, final: Bool) {
        let playback = Self.play(kinds)
        #expect(playback.state == state)
        #expect(playback.final == final)
    }

    @Test func `an interruption that is final is the last word`() {
        var history = PlaybackHistory()
        history.add(Self.record(1, .started))
        history.add(Self.record(2, .interrupted, final: true))
        history.add(Self.record(3, .started))
        #expect(history.course.state == .interrupted)
        #expect(history.course.final)
    }

    @Test func `figures stay from the record that told them`() {
        var history = PlaybackHistory()
        var started = PlaybackEvent(.started, Self.cue)
        started.startError = 0.002
        started.framesDue = 480
        started.rate = 48_000
        var finished = PlaybackEvent(.finished, Self.cue, final: true)
        finished.framesHeard = 479
        finished.peak = -1.5
        for (index, event) in [started, finished].enumerated() {
            history.add(
                JournalRecord(
                    sequence: Int64(index + 1), at: Timestamp(secondsSinceEpoch: 100 + Double(index)), monotonic: 0,
                    boot: "boot", clockTrusted: index == 0, event: .playback(event)))
        }
        let playback = history.course
        #expect(playback.startedAt == Timestamp(secondsSinceEpoch: 100))
        #expect(playback.at == Timestamp(secondsSinceEpoch: 101))
        #expect(playback.startError == 0.002)
        #expect(playback.framesDue == 480)
        #expect(playback.framesHeard == 479)
        #expect(playback.peak == -1.5)
        #expect(playback.clockTrusted == false)
    }
}
