import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// An emergency and what it interrupts: the sound and the journal tell the same story, to the frame.
    @Suite struct InterruptionTests {
        /// Frames of a fade, at 44.1 kHz.
        static let ramp = 441

        /// What the station played, and what was to be heard of it.
        struct Story: Sendable {
            var heard: Sound
            var normal: Sound
            var emergency: Sound
            var journal: [JournalRecord]
            var normalCue: CueID
            var emergencyCue: CueID
            /// Frames of the normal broadcast until it fell silent, as the journal has it.
            var before: Int
            /// Where the emergency lies in what was heard.
            var start: Int
            /// Where the emergency ends in what was heard.
            var end: Int { start + emergency.frames }
        }

        /// Lets an emergency interrupt a normal broadcast of that policy after a second, and waits until both are over.
        static func tell(
            _ policy: InterruptionPolicy, seconds: Double = 2.5,
            _ check: @escaping @Sendable (Story, Station) async throws -> Void
        ) async throws {
            try await Station.run { station in
                let first = try await station.workshop.noise("normal", seconds: seconds * station.patience.factor)
                let second = try await station.workshop.noise("emergency", seconds: 1.2, options: ["-b", "160"])
                let normal = Broadcast.due("tin", try station.offer(first), whenInterrupted: policy)
                let spare = try station.offer(second)
                try await station.controller.say([normal], to: Station.commune)
                try await station.node.card.hears(40_000)
                let emergency = Broadcast.due("bao", spare, class: .emergency)
                try await station.controller.say([normal, emergency], to: Station.commune)
                try await station.controller.ending(of: emergency.cue)
                try await station.controller.ending(of: normal.cue)

                let journal = try station.controller.settledJournal()
                let told = journal.playbacks.first { $0.cue == emergency.cue || $0.kind == .finished }
                if told?.cue == normal.cue { throw SlowMachine("the emergency came when the broadcast was over") }
                let interrupted = try #require(
                    journal.playbacks(of: normal.cue).first { $0.kind == .interrupted })
                #expect(interrupted.by == emergency.cue)
                #expect(interrupted.reason?.code == .preempted || policy != .drop)
                let heard = try #require(station.node.card.heard)
                let expected = try await station.workshop.decoded(second, rate: 44_100)
                let middle = try #require(heard.find(expected[2000..<2400]))
                let story = Story(
                    heard: heard, normal: try await station.workshop.decoded(first, rate: 44_100),
                    emergency: expected, journal: journal, normalCue: normal.cue, emergencyCue: emergency.cue,
                    before: Int(interrupted.framesHeard ?? 0), start: middle - 2000)
                try await checkCommon(story, station)
                try await check(story, station)
            }
        }

        /// What holds for every policy: the normal broadcast fades within its ramp, the emergency is whole.
        static func checkCommon(_ story: Story, _ station: Station) async throws {
            let (heard, normal, emergency) = (story.heard, story.normal, story.emergency)
            #expect((40_000..<normal.frames).contains(story.before))
            #expect(story.start >= story.before - ramp, "the emergency begins when the other begins to fade")
            #expect(story.start <= story.before + 44_100 / 4)
            let steady = story.before - ramp
            #expect(try #require(heard.distance(to: normal[0..<steady], at: 0)) <= 1)

            // In the ramp there is as much of the normal broadcast as the ramp lets through, and after it nothing.
            var last = 0
            for frame in steady..<max(story.start, story.before) + 1000 {
                for channel in 0..<2 {
                    let index = frame * 2 + channel
                    let over =
                        frame >= story.start && frame < story.end
                        ? Int(emergency.samples[index - story.start * 2]) : 0
                    let rest = Int(heard.samples[index]) - over
                    let bound = frame < story.before ? Int(normal.samples[index].magnitude) : 0
                    #expect(abs(rest) <= bound + 2, "frame \(frame)")
                    if abs(rest) > 2 { last = frame }
                }
            }
            #expect(last >= story.before - 40, "it fades to the frame of which the journal speaks")

            let whole = max(story.start, story.before)
            let distance = heard.distance(to: emergency[whole - story.start..<emergency.frames], at: whole)
            #expect(try #require(distance) <= 1)
            let events = story.journal.playbacks(of: story.emergencyCue)
            #expect(events.map(\.kind).suffix(2) == [.started, .finished])
            #expect(events.last?.framesHeard == Int64(emergency.frames))

            // The journal's instants are the sound card's.
            for (cue, frame) in [(story.normalCue, 0), (story.emergencyCue, story.start)] {
                let started = try #require(story.journal.playbacks(of: cue).first { $0.kind == .started })
                let due = try #require(started.due)
                let error = try #require(started.startError)
                let instant = try #require(try station.node.card.instant(of: frame))
                let distance = Double(due.nanoseconds - instant) / 1e9 + error
                #expect(abs(distance) < 0.001, "\(cue) started \(distance) s beside what the card played")
            }
        }

        @Test func `after an emergency a broadcast resumes at the very frame`() async throws {
            try await Self.tell(.resume) { story, _ in
                let rest = story.normal[story.before + Self.ramp..<story.normal.frames]
                let resumed = try #require(story.heard.find(rest[0..<400], from: story.end)) - Self.ramp
                let distance = try #require(story.heard.distance(to: rest, at: resumed + Self.ramp))
                #expect(distance <= 1)
                #expect(resumed >= story.end)
                #expect(story.heard.isSilent(story.end..<resumed))
                // It fades in from the first frame that was not heard.
                for index in 0..<Self.ramp * 2 {
                    let sample = Int(story.heard.samples[resumed * 2 + index])
                    let full = Int(story.normal.samples[story.before * 2 + index])
                    #expect(abs(sample) <= abs(full) + 1)
                    #expect(sample * full >= 0 || abs(sample) <= 1)
                }
                let end = resumed + story.normal.frames - story.before
                #expect(story.heard.isSilent(end..<story.heard.frames))
                let events = story.journal.playbacks(of: story.normalCue)
                #expect(events.map(\.kind).suffix(4) == [.started, .interrupted, .resumed, .finished])
                #expect(events.map(\.final) == events.map { $0.kind == .finished })
                #expect(events.last?.framesHeard == Int64(story.normal.frames))
            }
        }

        @Test func `after an emergency a broadcast restarts whole`() async throws {
            try await Self.tell(.restart) { story, _ in
                let probe = try #require(
                    story.heard.find(story.normal[Self.ramp..<Self.ramp + 400], from: story.end))
                let restarted = probe - Self.ramp
                #expect(restarted >= story.end)
                #expect(story.heard.isSilent(story.end..<restarted))
                // A beginning is whole from its first sample on.
                let whole = story.normal[0..<story.normal.frames]
                #expect(try #require(story.heard.distance(to: whole, at: restarted)) <= 1)
                #expect(story.heard.isSilent(restarted + story.normal.frames..<story.heard.frames))
                let events = story.journal.playbacks(of: story.normalCue)
                #expect(events.filter(\.final).map(\.kind) == [.finished])
                #expect(events.last?.framesHeard == Int64(story.normal.frames))
            }
        }

        @Test func `after an emergency a broadcast at its live edge is where it would be by then`() async throws {
            try await Self.tell(.liveEdge, seconds: 4) { story, station in
                // A quarter of a second after the emergency; what is looked for lies after it has faded in.
                let place = try #require(
                    stride(from: story.before, to: story.normal.frames - 400, by: 400).first { place in
                        story.heard.find(story.normal[place..<place + 400], from: story.end) != nil
                    })
                let frame = try #require(story.heard.find(story.normal[place..<place + 400], from: story.end))
                #expect(place > story.before + story.emergency.frames)
                let silent = try #require(try station.node.card.instant(of: story.before))
                let sounds = try #require(try station.node.card.instant(of: frame))
                let passed = Double(sounds - silent) / 1e9
                let behind = passed - Double(place - story.before) / 44_100
                try SlowMachine.check("the live edge", isOff: behind, within: 0.001)
                let rest = story.normal[place..<story.normal.frames]
                #expect(try #require(story.heard.distance(to: rest, at: frame)) <= 1)
                let events = story.journal.playbacks(of: story.normalCue)
                #expect(events.map(\.kind).suffix(4) == [.started, .interrupted, .resumed, .interrupted])
                let heard = try #require(events.last?.framesHeard)
                #expect(heard > story.before && heard < story.normal.frames - story.emergency.frames)
                #expect(events.last?.final == true && events.last?.framesDue == Int64(story.normal.frames))
            }
        }

        @Test func `after an emergency a broadcast that may be dropped stays silent`() async throws {
            try await Self.tell(.drop) { story, _ in
                #expect(story.heard.isSilent(story.end..<story.heard.frames))
                let events = story.journal.playbacks(of: story.normalCue)
                #expect(events.filter(\.final).map(\.kind) == [.interrupted])
                #expect(events.last?.framesDue == Int64(story.normal.frames))
            }
        }
    }
}
