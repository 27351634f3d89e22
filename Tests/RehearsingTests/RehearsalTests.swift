import Broadcasting
import Directing
import Rehearsing
import Scheduling
import Testing

@Suite struct RehearsalTests {
    private let scope: Scope
    private let node = NodeID(unchecked: "n1")

    init() throws { scope = try #require(Scope("commune.cam-giang")) }

    private func audio(_ digit: Character, seconds: Double) throws -> AudioReference {
        AudioReference(
            sha256: try #require(ContentHash(String(repeating: digit, count: 64))), bytes: 1000, duration: seconds,
            gain: 0)
    }

    private func programme(_ id: String, at local: String, rrule: String?, seconds: Double) throws -> Programme {
        Programme(
            id: ProgrammeID(unchecked: id), title: id, class: .normal,
            start: Programme.Start(local: local, zone: "Asia/Ho_Chi_Minh", rrule: rrule),
            blocks: [.audio(try audio("a", seconds: seconds))])
    }

    private func settings(quiet: [NodeSettings.QuietHours] = []) -> NodeSettings {
        var settings = NodeSettings(
            scopes: [scope], timeZone: "Asia/Ho_Chi_Minh", contentAddresses: [], trustedKeys: [])
        settings.quietHours = quiet
        return settings
    }

    private func timeline(
        _ programmes: [Programme], _ broadcasts: [Broadcast] = [], quiet: [NodeSettings.QuietHours] = [],
        from: String, to: String
    ) throws -> Timeline {
        var timeline = Timeline()
        Rehearsal.run(
            Rehearsal.Script(
                node: node, settings: settings(quiet: quiet),
                schedules: [scope: ScheduleDocument(programmes: programmes)],
                broadcasts: [scope: BroadcastsDocument(broadcasts: broadcasts)]),
            from: try #require(Timestamp(from)), to: try #require(Timestamp(to)),
            zones: { _ in TimeZoneRules(secondsFromUTC: 7 * 3600) }, observe: { timeline.note($0) })
        return timeline
    }

    @Test func `a programme of each morning sounds each morning of a year, once, for as long as it is`() throws {
        let morning = try programme("morning", at: "2026-01-01T05:00:00", rrule: "FREQ=DAILY", seconds: 600)
        let cues = try timeline([morning], from: "2026-01-01T00:00:00+07:00", to: "2027-01-01T00:00:00+07:00").cues
        #expect(cues.count == 365)
        #expect(cues.allSatisfy { $0.outcome == .finished && $0.sounds.count == 1 })
        #expect(cues.allSatisfy { $0.sounds.first?.from == $0.due })
        #expect(cues.allSatisfy { $0.sounds.first?.to == $0.due.advanced(bySeconds: 600) })
    }

    @Test func `what is due in quiet hours is refused, and what runs into them is stopped as they begin`() throws {
        let night = try programme("night", at: "2026-03-01T03:15:00", rrule: "FREQ=DAILY", seconds: 60)
        let late = try programme("late", at: "2026-03-01T20:50:00", rrule: "FREQ=DAILY", seconds: 1200)
        let cues = try timeline(
            [night, late], quiet: [NodeSettings.QuietHours(from: "21:00", to: "05:00")],
            from: "2026-03-01T00:00:00+07:00", to: "2026-03-08T00:00:00+07:00"
        ).cues
        #expect(cues.map(\.title) == (0..<7).flatMap { _ in ["night", "late"] })
        for cue in cues where cue.title == "night" {
            #expect(cue.outcome == .refused && cue.sounds.isEmpty && cue.reason?.code == .quietHours)
        }
        for cue in cues where cue.title == "late" {
            #expect(cue.outcome == .stopped && cue.reason?.code == .quietHours)
            #expect(cue.sounds.map(\.to) == [cue.due.advanced(bySeconds: 600)])
        }
    }

    @Test(arguments: [Programme.LatePolicy.joinInProgress, .startWhole])
    func `what finds the loudspeaker taken is told with its lateness, what it loses, and what held it`(
        policy: Programme.LatePolicy
    ) throws {
        let long = try programme("long", at: "2026-03-01T05:00:00", rrule: nil, seconds: 310)
        var next = try programme("next", at: "2026-03-01T05:02:00", rrule: nil, seconds: 320)
        next.whenLate = policy
        var brief = next
        brief.id = ProgrammeID(unchecked: "brief")
        brief.grace = 60
        brief.whenLate = .startWhole
        let cues = try timeline(
            [long, next, brief], from: "2026-03-01T00:00:00+07:00", to: "2026-03-01T06:00:00+07:00"
        ).cues.sorted { $0.title + $0.cue.item < $1.title + $1.cue.item }
        try #require(cues.map(\.cue.item) == ["long", "brief", "next"])
        #expect(cues[0].lateness == nil && cues[0].offset == nil && cues[0].heldBy == nil)
        #expect(cues[1].outcome == .missed && cues[1].lateness == nil)
        #expect(cues[1].reason?.text == "not to be started later than 60 s after it was due")
        #expect(cues[1].heldBy == cues[0].cue)
        let lateness = try #require(cues[2].lateness)
        #expect(abs(lateness - 190) < 1)
        #expect(cues[2].heldBy == cues[0].cue)
        #expect(cues[2].offset.map { abs($0 - 190) < 1 } == (policy == .joinInProgress ? true : nil))
    }

    @Test func `an emergency interrupts a programme, which then goes on where it was`() throws {
        let morning = try programme("morning", at: "2026-03-01T05:00:00", rrule: nil, seconds: 600)
        let due = try #require(Timestamp("2026-03-01T05:02:00+07:00"))
        let flood = Broadcast(
            id: BroadcastID(unchecked: "flood"), class: .emergency, title: "flood",
            audio: [try audio("b", seconds: 60)], start: due, expires: due.advanced(bySeconds: 600))
        let cues = try timeline(
            [morning], [flood], from: "2026-03-01T00:00:00+07:00", to: "2026-03-01T06:00:00+07:00"
        ).cues
        #expect(cues.map(\.title) == ["morning", "flood"])
        #expect(cues.map(\.outcome) == [.finished, .finished])
        #expect(cues[0].sounds.map(\.from) == [cues[0].due, due.advanced(bySeconds: 60)])
        #expect(cues[0].sounds.map(\.to) == [due, cues[0].due.advanced(bySeconds: 660)])
        #expect(cues[1].sounds == [Timeline.Span(from: due, to: due.advanced(bySeconds: 60))])
    }

    @Test func `a broadcast that is called sounds from then on, and the node knows nothing of it before`() throws {
        let start = try #require(Timestamp("2026-03-01T02:00:00+07:00"))
        let due = start.advanced(bySeconds: 600)
        var flood = Broadcast(
            id: BroadcastID(unchecked: "flood"), class: .emergency, title: "flood",
            audio: [try audio("b", seconds: 60)], start: due, expires: due.advanced(bySeconds: 3600))
        flood.repeat = Broadcast.Repetition(every: 1800, until: due.advanced(bySeconds: 3600))
        var script = Rehearsal.Script(node: node, settings: settings(), schedules: [:])
        script.calls = [Rehearsal.Script.Call(scope: scope, broadcast: flood)]
        var first: Timestamp?
        var timeline = Timeline()
        let zones: @Sendable (String) -> TimeZoneRules? = { _ in TimeZoneRules(secondsFromUTC: 7 * 3600) }
        Rehearsal.run(script, from: start, to: start.advanced(bySeconds: 7200), zones: zones) { step in
            if case .record(.playback) = step.effect { first = first ?? step.at }
            timeline.note(step)
        }
        #expect(first == due)
        #expect(timeline.cues.map(\.due) == [due, due.advanced(bySeconds: 1800)])
        #expect(timeline.cues.allSatisfy { $0.outcome == .finished && $0.sounds.map(\.from) == [$0.due] })
        #expect(timeline.cues(from: start, to: due).isEmpty)
        #expect(timeline.cues(from: due.advanced(bySeconds: 59), to: due.advanced(bySeconds: 61)).count == 1)
    }

    @Test func `a relay is told apart, with what sounds in its place, and the gain with what it is made of`() throws {
        var programme = try programme("relay", at: "2026-03-01T05:00:00", rrule: nil, seconds: 60)
        programme.blocks += [
            .relay(url: "http://a.example/", duration: 600, fallback: try audio("c", seconds: 5)),
            .relay(url: "http://b.example/", duration: 300, fallback: nil),
        ]
        programme.volume = 6
        let cues = try timeline(
            [programme], from: "2026-03-01T00:00:00+07:00", to: "2026-03-01T06:00:00+07:00"
        ).cues
        #expect(cues.map(\.relays.count) == [2])
        #expect(cues[0].relays.map(\.duration) == [600, 300])
        #expect(cues[0].relays.map(\.hasFallback) == [true, false])
        #expect(cues[0].sounds.map(\.to) == [cues[0].due.advanced(bySeconds: 960)])
        #expect(cues[0].gain == 0)
        #expect(cues[0].gains?.ceiling == -6)
    }

    @Test func `what sounds at the end of the rehearsal is cut there, and has not ended`() throws {
        let long = try programme("long", at: "2026-03-01T05:00:00", rrule: nil, seconds: 3600)
        let cues = try timeline([long], from: "2026-03-01T00:00:00+07:00", to: "2026-03-01T05:30:00+07:00").cues
        #expect(cues.map(\.outcome) == [nil])
        #expect(cues[0].sounds.map(\.to) == [cues[0].due.advanced(bySeconds: 1800)])
    }
}
