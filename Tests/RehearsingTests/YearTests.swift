import BroadcastTesting
import Broadcasting
import Directing
import Foundation
import Rehearsing
import ScheduleFiles
import Scheduling
import Testing
import ZoneReading

/// A year of the example files at their nodes.
@Suite struct YearTests {
    /// An example file with its nodes, all of its audio 20 seconds long.
    struct Station {
        let file: ScheduleFile
        let schedules: [Scope: ScheduleDocument]
        let zones = ZoneDatabase()
        let from: Timestamp
        let to: Timestamp

        /// - Parameters:
        ///   - from: local dates, as 2026-11-23.
        init(_ name: String, from: String, to: String) throws {
            let path = Self.root.appending(path: "schedules/\(name).yaml")
            let reading = ScheduleFile.read(Array(try Data(contentsOf: path)), rules: zones.rules)
            try #require(reading.problems.isEmpty)
            file = reading.file
            var audio: [AudioName: AudioReference] = [:]
            for (number, name) in reading.file.audio.enumerated() {
                let digits = String(number + 1, radix: 16)
                audio[name] = AudioReference(
                    sha256: try #require(
                        ContentHash(String(repeating: "0", count: 64 - digits.count) + digits)), bytes: 1000,
                    duration: 20, gain: 0)
            }
            schedules = reading.file.documents(audio: audio)
            self.from = try #require(Timestamp("\(from)T00:00:00+07:00"))
            self.to = try #require(Timestamp("\(to)T00:00:00+07:00"))
        }

        static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()

        func script(_ node: NodeID) throws -> Rehearsal.Script {
            let plan = try #require(file.nodes[node])
            var settings = NodeSettings(
                scopes: plan.scopes.sorted(), timeZone: file.zone, contentAddresses: [], trustedKeys: [])
            settings.quietHours = plan.quietHours ?? [.usual]
            if let limits = plan.limits { settings.limits = limits }
            return Rehearsal.Script(node: node, settings: settings, schedules: schedules)
        }

        /// One node for each different set of scopes.
        var representatives: [NodeID] {
            var seen: Set<Set<Scope>> = []
            return file.nodes.keys.sorted().filter { seen.insert(file.nodes[$0]?.scopes ?? []).inserted }
        }
    }

    /// What a node came to in a year.
    struct Account {
        /// Terminal records of each cue.
        var ends: [CueID: [PlaybackEvent]] = [:]
        var timeline = Timeline()

        init(_ station: Station, _ script: Rehearsal.Script) {
            var (ends, timeline) = (self.ends, self.timeline)
            Rehearsal.run(script, from: station.from, to: station.to, zones: station.zones.rules) { step in
                timeline.note(step)
                if case .record(.playback(let event)) = step.effect, event.final {
                    ends[event.cue, default: []].append(event)
                }
            }
            (self.ends, self.timeline) = (ends, timeline)
        }
    }

    /// What is due by scope, as `programme/local start`, by python-dateutil.
    private func due(_ name: String, from: String, to: String) async throws -> [Scope: Set<String>] {
        let script = try #require(Bundle.module.url(forResource: "Resources/expand-schedule", withExtension: nil))
        let file = Station.root.appending(path: "schedules/\(name).yaml")
        let child = try ChildProcess(script.path, [file.path, from, to])
        _ = try? await child.line(within: .seconds(120)) { _ in false }
        #expect(await child.wait() == .exited(0), "\(child.errors)")
        var due: [Scope: Set<String>] = [:]
        for line in child.output.split(separator: "\n") {
            let parts = line.split(separator: " ").map(String.init)
            try #require(parts.count == 3)
            due[try #require(Scope(parts[0])), default: []].insert("\(parts[1])/\(parts[2])")
        }
        return due
    }

    @Test(arguments: [("commune", 7), ("city-ward", 1)])
    func `each occurrence of a year is accounted for once, as dateutil expands it, and none sounds in quiet hours`(
        name: String, kinds: Int
    ) async throws {
        let (from, to) = ("2026-11-23", "2027-11-23")
        let station = try Station(name, from: from, to: to)
        let due = try await due(name, from: from, to: to)
        let nodes = station.representatives
        #expect(nodes.count == kinds)
        for node in nodes {
            let script = try station.script(node)
            let account = Account(station, script)
            let expected = (script.settings.scopes + [.node(node)]).reduce(into: Set<String>()) { all, scope in
                all.formUnion(due[scope] ?? [])
            }
            let names = account.ends.keys.map { cue in
                cue.programme.map { "\($0.id)/\($0.localStart)" } ?? "\(cue)"
            }
            #expect(Set(names) == expected, "\(node)")
            #expect(names.count == expected.count)
            #expect(account.ends.values.allSatisfy { $0.count == 1 && $0[0].kind == .finished })
            #expect(expected.count > 500)
            let hours = script.settings.quietHours[0]
            for entry in account.timeline.cues {
                #expect(entry.sounds.count == 1 && entry.sounds[0].from == entry.due)
                for span in entry.sounds { #expect(!Self.isQuiet(span, hours), "\(node) \(entry)") }
            }
        }
    }

    @Test func `in quiet hours nothing sounds in a year, whatever the file says, and each refusal is told once`()
        async throws
    {
        let (from, to) = ("2026-11-23", "2027-11-23")
        let station = try Station("commune", from: from, to: to)
        let due = try await due("commune", from: from, to: to)
        var script = try station.script(NodeID(unchecked: "cl-41"))
        script.settings.quietHours = [NodeSettings.QuietHours(from: "17:10", to: "06:00")]
        let account = Account(station, script)
        let expected = script.settings.scopes.reduce(0) { $0 + (due[$1]?.count ?? 0) }
        #expect(account.ends.count == expected)
        var kinds: [PlaybackEvent.Kind: Int] = [:]
        for ends in account.ends.values {
            #expect(ends.count == 1)
            kinds[ends[0].kind, default: 0] += 1
            if ends[0].kind != .finished { #expect(ends[0].reason?.code == .quietHours) }
        }
        for entry in account.timeline.cues {
            for span in entry.sounds { #expect(!Self.isQuiet(span, script.settings.quietHours[0]), "\(entry)") }
        }
        // Half of buoi-phat and all that is later than 17:10 is refused, the other half is cut at 17:10 or sounds.
        #expect(Set(kinds.keys) == [.finished, .refused, .stopped])
        #expect((kinds[.stopped] ?? 0) > 250)
    }

    @Test func `a third session of a day is refused by the ward's limits, and so is one on a Saturday`() throws {
        let station = try Station("city-ward", from: "2026-11-23", to: "2026-11-30")
        var script = try station.script(NodeID(unchecked: "ht-01"))
        #expect(script.settings.limits.day == UseLimit(sessions: 2))
        let scope = try #require(script.settings.scopes.first)
        let held = try #require(script.schedules[scope])
        var third = try #require(held.programmes.first)
        third.id = ProgrammeID(unchecked: "trua")
        third.start = Programme.Start(local: "2026-11-24T12:00:00", zone: "Asia/Ho_Chi_Minh")
        third.start.rdate = ["2026-11-28T12:00:00"]
        script.schedules[scope] = ScheduleDocument(programmes: held.programmes + [third])
        let account = Account(station, script)
        #expect(account.ends.count == 12)
        let refused = account.ends.values.joined().filter { $0.kind != .finished }
            .compactMap { event in event.cue.programme.map { ($0, event) } }.sorted {
                $0.0.localStart < $1.0.localStart
            }
        #expect(
            refused.map { "\($0.0.id)/\($0.0.localStart)" } == [
                "chieu/2026-11-24T17:00:00", "trua/2026-11-28T12:00:00",
            ])
        #expect(refused.allSatisfy { $0.1.kind == .refused && $0.1.reason?.code == .useLimit })
    }

    /// Whether any of `span` lies in quiet hours of Vietnam, which has no summer time.
    private static func isQuiet(_ span: Timeline.Span, _ hours: NodeSettings.QuietHours) -> Bool {
        func second(_ text: String) -> Int64 {
            let parts = text.split(separator: ":").compactMap { Int64($0) }
            return (parts[0] * 60 + parts[1]) * 60
        }
        let (quiet, loud) = (second(hours.from), second(hours.to))
        let begin = span.from.nanoseconds / 1_000_000_000 + 7 * 3600
        // The instant at which quiet begins is no longer sound.
        let end = (span.to.nanoseconds - 1) / 1_000_000_000 + 7 * 3600
        return (begin...end).contains { instant in
            let time = instant % 86_400
            return quiet <= loud ? (quiet..<loud).contains(time) : time >= quiet || time < loud
        }
    }
}
