import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import Testing

extension SystemSuite {
    /// A timetable, from the broadcaster's file to the loudspeakers and back.
    @Suite struct ScheduleTests {
        /// The commune's file: one programme of three blocks each day at `morning`, and one at `evening`.
        private static func file(morning: LocalTime, evening: LocalTime, volume: Double) -> String {
            """
            version: 1
            title: Lịch phát xã Cẩm Giang
            zone: Asia/Ho_Chi_Minh
            from: \(morning.date)
            scopes:
              \(Village.commune):
                programmes:
                  sang:
                    title: Buổi sáng
                    days: daily
                    times: "\(morning.clock)"
                    volume: \(volume)
                    blocks:
                      - chime: chime.mp3
                      - pause: 1s
                      - audio: news.mp3
                  chieu:
                    title: Buổi chiều
                    dates: [\(evening.date)]
                    times: "\(evening.clock)"
                    volume: \(volume)
                    blocks:
                      - audio: later.mp3

            """
        }

        @Test
        func `a schedule file sounds on every node at its second, also without a network, and the proof comes back`()
            async throws
        {
            try await Village.run { try await Self.tell($0) }
        }

        private static func tell(_ village: Village) async throws {
            let workshop = village.workshop
            var sounds: [String: Sound] = [:]
            var gains: [String: Double] = [:]
            for (name, seconds) in [("chime", 0.4), ("news", 1.1), ("later", 0.7)] {
                let mp3 = try await workshop.noise(name, seconds: seconds)
                sounds[name] = try await workshop.decoded(mp3, rate: 44_100)
            }
            // The audio first, so that only the times are left to be sent.
            let far = LocalTime(in: 6 * 3600)
            func apply(_ morning: LocalTime, _ evening: LocalTime, volume: Double) async throws -> [ScheduleItem] {
                let text = file(morning: morning, evening: evening, volume: volume)
                let path = try workshop.write(Data(text.utf8), to: "lich.yaml")
                return try await village.loa(List<ScheduleItem>.self, "schedule", "apply", path, "--yes").items
            }
            _ = try await apply(far, far.advanced(by: 600), volume: 0)
            for item in try await village.loa(List<AudioItem>.self, "audio", "list").items {
                for node in village.nodes { try await node.holds(item.sha256) }
                let name = try #require(["chime", "news", "later"].first { item.title.hasPrefix($0) })
                gains[name] = item.gain
            }
            let (chime, news, later) = (try #require(gains["chime"]), try #require(gains["news"]), gains["later"] ?? 0)

            let morning = LocalTime(in: 4 * village.patience.factor)
            let evening = morning.advanced(by: 5)
            let applied = try await apply(morning, evening, volume: -news)
            #expect(applied.map(\.version) == [2])
            for node in village.nodes {
                let accepted = try await village.line.told(.documentAccepted, by: node.id) {
                    $0.topic == Topic.schedule(Village.commune).description && $0.revision?.number == 2
                }
                guard accepted.at.seconds(since: morning.instant) < -1.5 else {
                    throw SlowMachine("the schedule came late")
                }
            }
            let first = CueID(programme: ProgrammeID(unchecked: "sang"), localStart: morning.text, fold: 0)
            let second = CueID(programme: ProgrammeID(unchecked: "chieu"), localStart: evening.text, fold: 0)
            for node in village.nodes { try await village.line.told(.started, of: first, by: node.id) }

            // From here on the nodes are alone.
            await village.broker.kill()
            let session =
                try #require(sounds["chime"]).amplified(by: chime - news)
                + .silence(44_100, rate: 44_100) + #require(sounds["news"])
            let short = try #require(sounds["later"]).amplified(by: later - news)
            for node in village.nodes { try await node.card.hears(session.frames + short.frames) }
            try await village.broker.start()
            try await village.controllerListens()
            for node in village.nodes {
                try await village.line.told(.finished, of: first, by: node.id, within: .seconds(60))
                try await village.line.told(.finished, of: second, by: node.id, within: .seconds(60))
            }
            try await village.everythingIsReceipted()

            let log = try await village.loa(List<ProgrammePlayback>.self, "schedule", "log").items
            #expect(log.count == 4)
            for node in village.nodes {
                let records = try await village.journal(of: node)
                let heard = try #require(node.card.heard)
                for (cue, name, sound) in [(first, "sang", session), (second, "chieu", short)] {
                    let told = try #require(log.first { $0.node == node.id && $0.programme.rawValue == name })
                    #expect(told.localStart == cue.programme?.localStart)
                    #expect(told.state == .finished && told.final, "\(name) on \(node.id): \(told.course)")
                    #expect(told.framesHeard == Int64(sound.frames))
                    #expect(told.framesDue == Int64(sound.frames))
                    #expect(told.due == (name == "sang" ? morning : evening).instant)
                    let places = heard.places(of: sound[2000..<2400])
                    #expect(places.count == 1, "\(name) on \(node.id) was heard at \(places)")
                    let place = try #require(places.first) - 2000
                    // What mpg123 rounded to 16 bits is up to half a step off before it is amplified.
                    #expect(try #require(heard.distance(to: sound, at: place)) <= (name == "sang" ? 1 : 2))
                    let instant = Timestamp(nanoseconds: try #require(try node.card.instant(of: place)))
                    let late = instant.seconds(since: try #require(told.due))
                    let startError = try #require(told.startError)
                    try SlowMachine.check("the journal's start of \(name)", isOff: late - startError, within: 0.001)
                    try SlowMachine.check(name, isOff: startError)
                }
                #expect(records.map(\.sequence) == Array(1...Int64(max(1, records.count))))
                #expect(records.playbacks(of: first).map(\.kind) == [.started, .finished])
                #expect(records.playbacks(of: second).map(\.kind) == [.started, .finished])
            }
            let table = try await village.loa("schedule", "log", "--node", "n1", "--programme", "chieu")
            #expect(table.split(separator: "\n").count == 2)
            #expect(table.contains("Buổi chiều") && table.contains("finished"))
        }
    }
}
