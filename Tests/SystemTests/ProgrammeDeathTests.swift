import BroadcastTesting
import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// Programmes of a node that loses its power.
    @Suite struct ProgrammeDeathTests {
        @Test(arguments: Programme.LatePolicy.allCases)
        func `killed within a programme, a node plays the rest as whenLate says, nothing twice, and ends it once`(
            policy: Programme.LatePolicy
        ) async throws {
            let moment = Int.random(in: 1..<3 * 44_100)
            try await Station.run { station in
                let words = "\(policy), killed after \(moment) frames"
                let (first, second) = (
                    try await station.clip("first", seconds: 4), try await station.clip("second", seconds: 3)
                )
                let whole = first.sound + .silence(22_050, rate: 44_100) + second.sound
                let due = station.time(in: 3)
                let programme = Programme(
                    "buoi-phat", at: due, whenLate: policy, .audio(first.audio), .pause(duration: 0.5),
                    .audio(second.audio))
                try await station.schedule([programme], before: due)
                try await station.node.card.hears(moment)
                await station.node.kill()
                let before = try #require(station.node.card.heard)
                let known = station.controller.journal.all.count
                try await station.node.start()
                let booted = try await station.controller.journal.first(from: known, "boot") {
                    $0.nodeEvent?.kind == .booted
                }
                if booted.record.at.seconds(since: due.instant) > 5 { throw SlowMachine("the node booted late") }
                let end = try await station.controller.ending(of: programme.cue).event
                #expect(end.kind == .interrupted, "\(words)")
                #expect(end.reason?.code == .nodeDied, "\(words)")

                // Whatever follows: it is over.
                let next = try await station.clip("next", seconds: 0.5)
                let last = Broadcast.due("next", next.audio)
                try await station.schedule([programme])
                try await station.controller.say([last], to: Station.commune)
                #expect(try await station.controller.ending(of: last.cue).event.kind == .finished)
                let told = try station.controller.settledJournal().playbacks(of: programme.cue)
                #expect(told.map(\.final) == told.indices.map { $0 == told.count - 1 }, "\(words): \(told.map(\.kind))")

                // Killed in its first moments, it was heard before that could be written down.
                #expect(told.first?.kind == .started || moment < 22_050, "\(words)")
                let kinds = told.map(\.kind).filter { $0 != .started }
                #expect(kinds.count >= told.count - 1, "\(words): \(told.map(\.kind))")

                let heard = try #require(station.node.card.heard)
                let start = try #require(before.samples.firstIndex { $0 != 0 }) / 2
                let frames = before.frames - start
                let offset = try #require(first.sound.samples.firstIndex { $0 != 0 }) / 2
                #expect(
                    heard.distance(to: whole[offset..<offset + frames], at: start).map { $0 <= 1 } == true, "\(words)")
                let after = heard[before.frames..<heard.frames]
                let nextPlace = try after.onlyPlace(of: next.sound)
                guard policy == .joinInProgress else {
                    #expect(kinds == [.interrupted], "\(words)")
                    #expect(after.isSilent(0..<nextPlace), "\(words): it does not begin again")
                    #expect(
                        abs(Int(end.framesHeard ?? 0) - frames - offset) <= Int(NodeBox.lag * 44_100),
                        "\(words): \(end.framesHeard ?? 0) of \(frames)")
                    return
                }
                #expect(kinds == [.interrupted, .resumed, .interrupted], "\(words)")
                let rejoined = try #require(told.last { $0.kind == .resumed })
                let skipped = Int((try #require(rejoined.offset) * 44_100).rounded())
                #expect(skipped > frames, "\(words): nothing twice")
                // The last second, and from it where the rest began.
                let probe = whole.frames - 44_100
                let place = try #require(after.find(whole[probe..<probe + 400]), "\(words)") - probe + skipped
                #expect(abs(place) < 44_100, "\(place)")
                let rest = whole[skipped + 2000..<whole.frames]
                #expect(try #require(after.distance(to: rest, at: place + 2000)) <= 1, "\(words)")
                #expect(after.isSilent(0..<max(0, place - 1)), "\(words)")
                #expect(place + whole.frames - skipped <= nextPlace)
                // It goes on where it would be by now: by the card, that frame was due when it was heard.
                let instant = Timestamp(
                    nanoseconds: try #require(
                        try station.node.card.instant(of: before.frames + place + whole.frames - skipped - 44_100)))
                let late = instant.seconds(since: due.instant.advanced(bySeconds: Double(probe) / 44_100))
                try SlowMachine.check("the rest", isOff: late, within: 0.25)
                let all = frames + offset + whole.frames - skipped
                #expect(abs(Int(end.framesHeard ?? 0) - all) <= Int(NodeBox.lag * 44_100), "\(words)")
            }
        }

        @Test(arguments: Programme.LatePolicy.allCases)
        func `a node that boots within a programme without a network plays it as whenLate says, and the next one`(
            policy: Programme.LatePolicy
        ) async throws {
            try await Station.run { station in
                let clip = try await station.clip("clip", seconds: 5)
                let next = try await station.clip("next", seconds: 0.5)
                let due = station.time(in: 3)
                let late = due.advanced(by: Int(10 * station.patience.factor))
                let programme = Programme("buoi-phat", at: due, whenLate: policy, .audio(clip.audio))
                let following = Programme("tiep-theo", at: late, .audio(next.audio))
                try await station.schedule([programme, following], before: due)
                await station.node.kill()
                await station.broker.kill()
                // More than what counts as on time.
                try await due.advanced(by: 1).comes()
                try await station.node.start()
                try await late.comes()
                let expected = policy == .skip ? next.sound.frames : 2 * next.sound.frames
                try await station.node.card.hears(expected)
                try await station.broker.start()
                let end = try await station.controller.ending(of: programme.cue, within: .seconds(60)).event
                let last = try await station.controller.ending(of: following.cue, within: .seconds(60)).event
                let told = try station.controller.settledJournal()
                let boots = told.filter { if case .node(let event) = $0.event { event.kind == .booted } else { false } }
                let wokeAfter = try #require(boots.last).at.seconds(since: due.instant)
                guard (1.0..<3.8).contains(wokeAfter) else { throw SlowMachine("the node booted after \(wokeAfter) s") }

                let heard = try #require(station.node.card.heard)
                #expect(last.kind == .finished)
                let place = try heard.onlyPlace(of: next.sound)
                #expect(try #require(heard.distance(to: next.sound, at: place)) <= 1)
                let instant = Timestamp(nanoseconds: try #require(try station.node.card.instant(of: place)))
                try SlowMachine.check("the next programme", isOff: instant.seconds(since: late.instant))
                let events = told.playbacks(of: programme.cue)
                #expect(events.map(\.final) == events.indices.map { $0 == events.count - 1 })
                switch policy {
                case .skip:
                    #expect(end.kind == .missed)
                    #expect(end.reason?.code == .nodeOff)
                    #expect(heard.isSilent(0..<place))
                case .startWhole:
                    #expect(end.kind == .finished)
                    let begun = try heard.onlyPlace(of: clip.sound)
                    #expect(try #require(heard.distance(to: clip.sound, at: begun)) <= 1)
                    #expect(try #require(events.first { $0.kind == .started }?.startError) >= 1)
                case .joinInProgress:
                    #expect(end.kind == .finished)
                    let offset = try #require(events.first { $0.kind == .started }?.offset)
                    #expect(offset >= 1)
                    let skipped = Int((offset * 44_100).rounded())
                    let rest = clip.sound[skipped + 2000..<clip.sound.frames]
                    let start = try #require(heard.find(rest[0..<400])) - 2000
                    #expect(try #require(heard.distance(to: rest, at: start + 2000)) <= 1)
                    // Within a wave, full gain at once would click. The journal's offset is rounded, by a frame at most.
                    #expect(heard.isSilent(0..<max(0, start - 1)))
                    for frame in 0..<441 {
                        let gain = sin(Double(frame + 2) / 441 * .pi / 2)
                        #expect(
                            Double(heard.peak(start + frame)) <= Double(clip.sound.peak(skipped + frame)) * gain + 1)
                    }
                    let began = Timestamp(nanoseconds: try #require(try station.node.card.instant(of: start + 2000)))
                    let error = began.seconds(since: due.instant) - offset - 2000.0 / 44_100
                    try SlowMachine.check("the rest", isOff: error, within: 0.25)
                    #expect(end.framesHeard == Int64(clip.sound.frames - skipped))
                }
            }
        }
    }
}
