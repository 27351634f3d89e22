import BroadcastTesting
import Broadcasting
import MP3Decoding
import Rehearsing
import Scheduling
import Testing

/// The sound of a rehearsal, compared with the decoder's.
@Suite struct RecordingTests {
    private let scope: Scope
    private let workshop: Workshop
    private let first: Timestamp
    /// Frames in a second.
    private let rate = 48_000

    init() throws {
        scope = try #require(Scope("commune.a"))
        first = try #require(Timestamp("2026-03-01T05:00:00+07:00"))
        workshop = try Workshop()
        try workshop.run(
            """
            set -e
            for f in a:330 b:770 c:550; do
                sox -n -r 48000 -c 1 ${f%%:*}.wav synth 4 pluck ${f##*:} gain -6
                lame --quiet -b 96 ${f%%:*}.wav ${f%%:*}.mp3
            done
            """)
    }

    private func audio(_ name: Character) throws -> AudioReference {
        let inspection = try MP3Inspection(path: workshop.path("\(name).mp3")) { _, _ in }
        return AudioReference(
            sha256: try #require(ContentHash(String(repeating: name, count: 64))), bytes: 1000,
            duration: inspection.duration, gain: 0)
    }

    /// All samples of a piece, as mpg123 gives them and 16 bits hold them.
    private func samples(_ name: Character) throws -> [Int16] {
        var samples: [Int16] = []
        _ = try MP3Inspection(path: workshop.path("\(name).mp3")) { part, _ in
            for index in part.indices {
                samples.append(Int16(max(-32_768, min(32_767, (part[index] * 32_768).rounded(.toNearestOrEven)))))
            }
        }
        return samples
    }

    private func script(_ blocks: [Programme.Block]) -> Rehearsal.Script {
        let programme = Programme(
            id: ProgrammeID(unchecked: "morning"), title: "morning", class: .normal,
            start: Programme.Start(local: "2026-03-01T05:00:00", zone: "Asia/Ho_Chi_Minh", rrule: "FREQ=DAILY"),
            blocks: blocks)
        return Rehearsal.Script(
            node: NodeID(unchecked: "n1"),
            settings: NodeSettings(
                scopes: [scope], timeZone: "Asia/Ho_Chi_Minh", contentAddresses: [], trustedKeys: []),
            schedules: [scope: ScheduleDocument(programmes: [programme])])
    }

    /// The left channel from `from` to `to`, in seconds from the programme's start.
    private func record(_ script: Rehearsal.Script, from: Double, to: Double, rate: Int = 48_000) throws -> [Int16] {
        let workshop = workshop
        let recording = Recording(rate: rate, channels: 1, ceiling: nil) { audio in
            workshop.path("\(audio.sha256.hex.prefix(1)).mp3")
        }
        var heard: [Int16] = []
        try Rehearsal.record(
            script, from: first.advanced(bySeconds: -7200), recordingFrom: first.advanced(bySeconds: from),
            to: first.advanced(bySeconds: to), as: recording,
            zones: { _ in TimeZoneRules(secondsFromUTC: 7 * 3600) },
            write: { part in unsafe part.withUnsafeBufferPointer { unsafe heard.append(contentsOf: $0) } })
        return heard
    }

    @Test func `a programme sounds from its frame on as it was decoded, to the bit, with silence around it`() throws {
        let (a, b) = (try samples("a"), try samples("b"))
        let heard = try record(
            script([.audio(try audio("a")), .pause(duration: 0.5), .audio(try audio("b"))]), from: -1, to: 12)
        #expect(heard.count == 13 * rate)
        let expected =
            [Int16](repeating: 0, count: rate) + a + [Int16](repeating: 0, count: rate / 2) + b
        #expect(heard.prefix(expected.count) == expected[...])
        #expect(heard.dropFirst(expected.count).allSatisfy { $0 == 0 })
        #expect(a.contains { $0.magnitude > 3_000 })
    }

    @Test func `a recording that begins within a programme is a part of one that began before`() throws {
        let script = script([.audio(try audio("a")), .audio(try audio("b"))])
        let whole = try record(script, from: 0, to: 6)
        #expect(try record(script, from: 1.5, to: 5) == Array(whole[rate * 3 / 2..<5 * rate]))
        #expect(try record(script, from: 86_400, to: 86_406) == whole)
    }

    @Test func `a recording has as many frames as its time, at each rate`() throws {
        let script = script([.audio(try audio("a"))])
        #expect(try record(script, from: -0.25, to: 1.125, rate: 44_100).count == 60_638)
        #expect(try record(script, from: 100, to: 160, rate: 8_000).count == 480_000)
        #expect(try record(script, from: 1, to: 1).isEmpty)
    }

    @Test func `an emergency sounds at once, and what it interrupts goes on after it where it was`() throws {
        var script = script([.audio(try audio("a"))])
        let flood = Broadcast(
            id: BroadcastID(unchecked: "flood"), class: .emergency, title: "flood", audio: [try audio("c")],
            start: first.advanced(bySeconds: 2), expires: first.advanced(bySeconds: 600))
        script.calls = [Rehearsal.Script.Call(scope: scope, broadcast: flood)]
        let (a, c) = (try samples("a"), try samples("c"))
        let heard = try record(script, from: 0, to: 12)
        let call = 2 * rate
        #expect(heard.prefix(call) == a.prefix(call))
        // What is interrupted is gone after 10 ms; both are heard until then.
        let faded = rate / 100
        #expect(heard[call + faded..<call + c.count] == c[faded...])
        // It was heard to the end of its fade, and goes on there within two of the renderer's steps.
        let end = call + c.count
        let rest = Array(a[(call + faded)...])
        let starts = (end...end + 512).filter { start in
            heard[start + faded..<start + rest.count] == rest[faded...]
        }
        #expect(starts.count == 1)
        #expect(heard[(end + 512 + rest.count)...].allSatisfy { $0 == 0 })
    }

    @Test func `a relay is silent for as long as nodes wait for a station, and then its fallback sounds`() throws {
        let relay = Programme.Block.relay(url: "http://127.0.0.1:9/", duration: 5, fallback: try audio("b"))
        let heard = try record(script([.audio(try audio("a")), relay]), from: 0, to: 12)
        let (a, b) = (try samples("a"), try samples("b"))
        #expect(heard.prefix(a.count) == a[...])
        let silent = heard[a.count...].prefix { $0 == 0 }.count
        #expect((2 * rate - 600...2 * rate + 600).contains(silent))
        let end = a.count + 5 * rate
        #expect(heard[end...].allSatisfy { $0 == 0 })
        #expect(heard[(end - rate)..<(end - rate / 10)].contains { $0 != 0 })
        #expect(b.count < 5 * rate)
    }

    @Test func `what is recorded is what the timeline without sound says`() throws {
        var script = script([.audio(try audio("a")), .audio(try audio("b"))])
        let flood = Broadcast(
            id: BroadcastID(unchecked: "flood"), class: .emergency, title: "flood", audio: [try audio("c")],
            start: first.advanced(bySeconds: 2), expires: first.advanced(bySeconds: 600))
        script.calls = [Rehearsal.Script.Call(scope: scope, broadcast: flood)]
        let (start, end) = (first.advanced(bySeconds: -60), first.advanced(bySeconds: 60))
        let zones: @Sendable (String) -> TimeZoneRules? = { _ in TimeZoneRules(secondsFromUTC: 7 * 3600) }
        var (silent, sounding) = (Timeline(), Timeline())
        Rehearsal.run(script, from: start, to: end, zones: zones) { silent.note($0) }
        let workshop = workshop
        let recording = Recording(channels: 1) { workshop.path("\($0.sha256.hex.prefix(1)).mp3") }
        try Rehearsal.record(
            script, from: start, recordingFrom: start, to: end, as: recording, zones: zones,
            observe: { sounding.note($0) }, write: { _ in })
        try #require(silent.cues.map(\.cue) == sounding.cues.map(\.cue))
        #expect(silent.cues.map(\.outcome) == [.finished, .finished])
        #expect(silent.cues.map(\.outcome) == sounding.cues.map(\.outcome))
        for (one, other) in zip(silent.cues.flatMap(\.sounds), sounding.cues.flatMap(\.sounds)) {
            // The fade of 10 ms, and the renderer's step.
            #expect(abs(one.from.seconds(since: other.from)) < 0.03)
            #expect(abs(one.to.seconds(since: other.to)) < 0.03)
        }
    }
}
