import BroadcastTesting
import Broadcasting
import Foundation
import Scheduling
import Testing

extension SystemSuite {
    /// A node that nobody reaches for a year.
    @Suite struct YearTests {
        /// Days of Viet Nam's clock, each at the same hour, which is half a day from now: nothing is due while a test runs but what it boots for.
        private struct Hours {
            let now = LocalDateTime(LocalTime(in: 0).text) ?? LocalDateTime(secondsSince1970: 0)
            var hour: Int { (now.hour + 12) % 24 }

            /// `05:00`, so many hours later.
            func clock(after hours: Int = 0) -> String { Self.padded((hour + hours) % 24) + ":00" }

            /// The 15th, so many months from this one.
            func day(in months: Int) throws -> LocalDateTime {
                let month = now.month - 1 + months
                let text = "\(now.year + month / 12)-\(Self.padded(month % 12 + 1))-15T\(clock()):00"
                return try #require(LocalDateTime(text))
            }

            /// A programme of each day of some months, so many seconds after the hour.
            func programme(_ id: String, months: [Int], after seconds: Int = 0, _ clip: Station.Clip) throws
                -> Programme
            {
                let first = try #require(LocalDateTime("\(now.year)-01-01T\(clock()):00"))
                let list = months.map(String.init).joined(separator: ",")
                return Programme(
                    id: ProgrammeID(unchecked: id), title: id, class: .normal,
                    start: Programme.Start(
                        local: first.advanced(by: seconds).description, zone: "Asia/Ho_Chi_Minh",
                        rrule: "FREQ=DAILY;BYMONTH=\(list)"),
                    blocks: [.audio(clip.audio)])
            }

            private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        }

        @Test(.enabled(if: Disk.canMount))
        func
            `booted without a network after half a year, and in the twelfth month, a node sounds that month's programme`()
            async throws
        {
            let hours = Hours()
            // Quiet until the hour.
            let quiet = [NodeSettings.QuietHours(from: hours.clock(after: 16), to: hours.clock())]
            try await Station.run(quietHours: quiet) { try await Self.tell($0, hours) }
        }

        private static func tell(_ station: Station, _ hours: Hours) async throws {
            let (node, controller) = (station.node, station.controller)
            let days = [try hours.day(in: 6), try hours.day(in: 11)]
            let others = (1...12).filter { !days.map(\.month).contains($0) }
            // Each month's own piece: the last one's is first needed then.
            let clips = [try await station.clip("half", seconds: 0.8), try await station.clip("last", seconds: 1.1)]
            let other = try await station.clip("other", seconds: 0.6)
            try await station.schedule([
                try hours.programme("thang-khac", months: others, other),
                try hours.programme("nua-nam", months: [days[0].month], clips[0]),
                try hours.programme("cuoi-nam", months: [days[1].month], clips[1]),
                try hours.programme("ban-dem", months: [days[1].month], after: -1, other),
            ])
            #expect(await node.stop() == .exited(0))
            await station.broker.kill()
            let fetched = station.server.requests.count

            let cues = zip(["nua-nam", "cuoi-nam"], days).map { id, day in
                CueID(programme: ProgrammeID(unchecked: id), localStart: day.description, fold: 0)
            }
            var ends = [node.card.framesHeard]
            for (day, cue) in zip(days, cues) {
                let (begun, lead) = (Timestamp.now, 3 * station.patience.factor)
                try await node.start(as: Boot(instant: day.instant.advanced(bySeconds: -lead)))
                if Timestamp.now.seconds(since: begun) > lead - 1.5 { throw SlowMachine("the node booted late") }
                try await node.logged(within: .seconds(60), "final: true", "\(cue)")
                // The power of a box is cut, sooner or later.
                await node.kill()
                ends.append(node.card.framesHeard)
            }
            #expect(station.server.requests.count == fetched)

            // Within its year the network is back: all of it is told, once.
            try await station.broker.start()
            try await station.broker.logged { $0.contains("Sending SUBACK to test-controller") }
            let known = controller.journal.all.count
            try await node.start(as: Boot(instant: days[1].instant.advanced(bySeconds: 60), hasNetwork: true))
            try await controller.journal.first(from: known, within: .seconds(60), "boot") {
                $0.nodeEvent?.kind == .booted && $0.record.at > days[1].instant
            }
            let journal = try controller.settledJournal()
            #expect(Set(journal.map(\.boot)).count == 4)
            #expect(journal.allSatisfy { $0.clockTrusted })
            let all = try #require(node.card.heard)
            for ((cue, clip), (day, range)) in zip(zip(cues, clips), zip(days, zip(ends, ends.dropFirst()))) {
                let told = journal.playbacks(of: cue)
                guard let started = told.first, let error = started.startError else {
                    throw SlowMachine("\(cue) was not begun in time: \(told)")
                }
                try SlowMachine.check("\(cue)", isOff: error)
                let finished = try await controller.ending(of: cue).event
                #expect(told == [started, finished])
                #expect(started.kind == .started && finished.kind == .finished)
                #expect(started.due == day.instant)
                #expect(finished.framesHeard == Int64(clip.sound.frames))

                let heard = all[range.0..<range.1]
                let place = try heard.onlyPlace(of: clip.sound)
                #expect(try #require(heard.distance(to: clip.sound, at: place)) <= 1)
                #expect(heard.isSilent(0..<place) && heard.isSilent(place + clip.sound.frames..<heard.frames))
                let instant = Timestamp(nanoseconds: try #require(try node.card.instant(of: range.0 + place)))
                let late = instant.seconds(since: day.instant)
                try SlowMachine.check("the journal's start of \(cue)", isOff: late - error, within: 0.001)
            }
            try check(journal.playbacks.filter { !cues.contains($0.cue) }, days)
        }

        /// Checks the records of all that did not sound: one each.
        private static func check(_ silent: [PlaybackEvent], _ days: [LocalDateTime]) throws {
            #expect(Set(silent.map(\.cue)).count == silent.count)
            func cue(_ id: String, _ local: LocalDateTime) -> CueID {
                CueID(programme: ProgrammeID(unchecked: id), localStart: local.description, fold: 0)
            }
            let refused = cue("ban-dem", days[1].advanced(by: -1))
            for event in silent {
                let (kind, code): (PlaybackEvent.Kind, ReasonCode) =
                    event.cue == refused ? (.refused, .quietHours) : (.missed, .nodeOff)
                #expect(event.kind == kind && event.reason?.code == code, "\(event)")
            }
            // The days of either month on which the box stood without power.
            let missed = (1..<15).flatMap { day in
                zip(["nua-nam", "cuoi-nam"], days).map { cue($0, $1.advanced(by: -day * 86_400)) }
            }
            #expect(Set(silent.map(\.cue)).isSuperset(of: missed + [refused]))
        }
    }
}

extension LocalDateTime {
    /// The instant at which a clock of Viet Nam shows it.
    fileprivate var instant: Timestamp { Timestamp(nanoseconds: (secondsSince1970 - 7 * 3600) * 1_000_000_000) }

    fileprivate func advanced(by seconds: Int) -> LocalDateTime {
        LocalDateTime(secondsSince1970: secondsSince1970 + Int64(seconds))
    }
}
