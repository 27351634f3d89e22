import Broadcasting
import ControllerAPI
import Crypto
import Foundation
import GRDB
import HTTPTypes
import HummingbirdTesting
import Messaging
import Testing
import Timetabling

@testable import ControllerServices

/// Schedules, from the interface to the document and back from the journal.
@Suite struct ScheduleTests {
    private static let hamlet = Scope.named("hamlet.an-thai")

    private static func programme(
        _ id: String, at time: String = "05:00", _ rule: String? = "FREQ=DAILY", audio: ContentHash = .sample
    ) -> Programme {
        Programme(
            id: ProgrammeID(unchecked: id), title: "Buổi \(id)", class: .normal,
            start: Programme.Start(local: "2026-11-23T\(time):00", zone: "Asia/Ho_Chi_Minh", rrule: rule),
            blocks: [
                .chime(AudioReference(sha256: audio, bytes: 1, duration: 1, gain: 0)),
                .relay(url: "https://radio.example/vov1", duration: 600, fallback: nil),
            ])
    }

    private static func body(_ programmes: Programme...) throws -> String {
        String(decoding: try Wire.encode(ScheduleRequest(programmes: programmes)), as: UTF8.self)
    }

    @Test func `a schedule is put, shown, published with its manifest, and kept with its history`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let path = Route.schedule(of: .camGiang)
            let empty = try await caller.call(.get, path)
            #expect(empty.headers[.eTag] == "\"0\"")
            #expect(try caller.read(ScheduleItem.self, empty).programmes.isEmpty)

            let made = try await caller.call(.put, path, try Self.body(Self.programme("sang")))
            #expect(made.status == .ok)
            #expect(made.headers[.eTag] == "\"1\"")
            let item = try caller.read(ScheduleItem.self, made)
            #expect(item.changedBy == "test")
            // What the library measured counts, not what the caller says.
            #expect(item.programmes[0].content.map(\.duration) == [10])

            let again = try await caller.call(.put, path, try Self.body(Self.programme("sang")))
            #expect(again.headers[.eTag] == "\"1\"")
            let second = try await caller.call(.put, path, try Self.body(Self.programme("chieu", at: "17:00")))
            #expect(second.headers[.eTag] == "\"2\"")
            let history = try caller.read(
                List<ScheduleVersion>.self, try await caller.call(.get, Route.scheduleHistory(of: .camGiang)))
            #expect(history.items.map(\.version) == [2, 1])
            #expect(history.items[1].programmes.map(\.id.rawValue) == ["sang"])
            let list = try caller.read(List<ScheduleItem>.self, try await caller.call(.get, Route.schedules))
            #expect(list.items.map(\.scope) == [.camGiang])
        }
        let topic = Topic.schedule(.camGiang)
        let outgoing = try #require(
            try await house.bench.ledger.read { try $0.unsent() }.first { $0.topic == topic.description })
        let document = try DocumentVerifier(keys: [house.bench.signer.publicKey]).verify(
            Array(outgoing.compact.utf8), as: ScheduleDocument.self, topic: topic)
        #expect(document.body.programmes.map(\.id.rawValue) == ["chieu"])
        #expect(document.body.manifest.map(\.sha256) == [.sample])
        #expect(document.revision.number == 2)
        _ = try await house.bench.ledger.write { transaction in
            #expect(throws: (any Error).self) {
                try transaction.database.execute(
                    sql: "DELETE FROM audio WHERE sha256 = ?", arguments: [ContentHash.sample.hex])
            }
        }
        let epoch = try await house.bench.ledger.write { [bench = house.bench] transaction in
            try transaction.beginEpoch(defaults: bench.registry.common)
        }
        let revision = try await house.bench.ledger.read { try $0.revisions() }[topic.description]
        #expect(revision == Revision(epoch: epoch, number: 1))
    }

    @Test func `a change that somebody else's overtook is refused`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let path = Route.schedule(of: .camGiang)
            var headers = HTTPFields()
            headers[.ifMatch] = "\"0\""
            #expect(
                try await caller.call(.put, path, try Self.body(Self.programme("a")), headers: headers).status == .ok)
            let late = try await caller.call(.put, path, try Self.body(Self.programme("b")), headers: headers)
            #expect(late.status == .preconditionFailed)
            #expect(try caller.problem(late).kind == .changedMeanwhile)
            headers[.ifMatch] = "1"
            let malformed = try await caller.call(.put, path, try Self.body(Self.programme("b")), headers: headers)
            #expect(malformed.status == .preconditionFailed)
            headers[.ifMatch] = "\"1\""
            #expect(
                try await caller.call(.put, path, try Self.body(Self.programme("b")), headers: headers).status == .ok)
        }
    }

    @Test func `every field that is wrong is told at once`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let path = Route.schedule(of: .camGiang)
            var bad = Self.programme("sang", "FREQ=DAILY;BYMONTH=13")
            bad.title = ""
            let unknown = Self.programme("chieu", audio: ContentHash(SHA256.hash(data: Array("no such".utf8))))
            let refused = try await caller.call(.put, path, try Self.body(bad, unknown, Self.programme("sang")))
            #expect(refused.status == .unprocessableContent)
            let problem = try caller.problem(refused)
            #expect(
                problem.errors?.map(\.field).sorted() == [
                    "programmes[0].start.rrule", "programmes[0].title", "programmes[1].blocks[0].chime",
                    "programmes[2].id",
                ])
            let unreadable = try await caller.call(
                .put, path,
                #"{"programmes":[{"id":"a b"},{"id":"c","title":"c","class":"loud"}]}"#)
            #expect(
                try caller.problem(unreadable).errors?.map(\.field) == ["programmes[0].id", "programmes[1].class"])
            let nowhere = try await caller.call(
                .put, Route.schedule(of: .named("commune.nowhere")), try Self.body(Self.programme("a")))
            #expect(try caller.problem(nowhere).field == "scope")
        }
    }

    @Test func `clashes name both programmes and the nodes that obey both scopes`() async throws {
        let house = try await House()
        var change = NodeChange()
        change.scopes = [.camGiang, Self.hamlet]
        _ = try await house.bench.registry.change(.n2, change)
        try await house.serve { caller in
            let first = try await caller.call(
                .put, Route.schedule(of: .camGiang), try Self.body(Self.programme("xa")))
            #expect(try caller.read(ScheduleItem.self, first).clashes.isEmpty)
            let second = try await caller.call(
                .put, Route.schedule(of: Self.hamlet), try Self.body(Self.programme("thon", at: "05:10")))
            let clashes = try caller.read(ScheduleItem.self, second).clashes
            #expect(clashes.map(\.first.programme.rawValue) == ["xa"])
            #expect(clashes.map(\.second.programme.rawValue) == ["thon"])
            #expect(clashes.map(\.nodes) == [[.n2]])
            let taken = try await caller.call(
                .put, Route.schedule(of: Self.hamlet), try Self.body(Self.programme("xa", at: "06:00")))
            #expect(try caller.problem(taken).errors?.map(\.field) == ["programmes[0].id"])

            let query = "?from=2026-11-23T00:00:00%2B07:00&to=2026-11-24T00:00:00%2B07:00"
            let due = try caller.read(
                NodeSchedule.self, try await caller.call(.get, Route.schedule(of: NodeID.n2) + query))
            #expect(due.occurrences.map(\.localStart) == ["2026-11-23T05:00:00", "2026-11-23T05:10:00"])
            #expect(due.clashes.count == 1)
            let other = try caller.read(
                NodeSchedule.self, try await caller.call(.get, Route.schedule(of: NodeID.n1) + query))
            #expect(other.occurrences.count == 1)
            let bad = try await caller.call(.get, Route.schedule(of: NodeID.n1) + "?from=tomorrow")
            #expect(try caller.problem(bad).field == "from")
        }
    }

    @Test func `what nodes tell of programmes is filed by occurrence and shown`() async throws {
        let house = try await House()
        let cue = CueID(programme: ProgrammeID(unchecked: "sang"), localStart: "2026-11-23T05:00:00", fold: 0)
        func message(_ records: [JournalRecord]) throws -> Message {
            let batch = JournalBatch(node: .n1, journal: JournalID(unchecked: "j1"), records: records)
            return Message(topic: Topic.journal(.n1).description, payload: Array(try Wire.encode(batch)))
        }
        func record(_ sequence: Int64, _ kind: PlaybackEvent.Kind, final: Bool = false) -> JournalRecord {
            var event = PlaybackEvent(kind, cue, final: final)
            event.title = "Buổi sáng"
            return JournalRecord(
                sequence: sequence, at: Bench.start, monotonic: sequence, boot: "boot", clockTrusted: true,
                event: .playback(event))
        }
        var events = house.bench.feed.events().makeAsyncIterator()
        _ = try await house.bench.collector.take([try message([record(1, .started)])])
        _ = try await house.bench.collector.take([
            try message([record(1, .started), record(2, .finished, final: true)])
        ])
        let told = await events.next()
        #expect(told?.kind == .playback)
        #expect(told?.programme?.localStart == "2026-11-23T05:00:00")
        #expect(told?.programme?.state == .playing)
        try await house.serve { caller in
            let path = Route.programmePlaybacks
            let all = try caller.read(List<ProgrammePlayback>.self, try await caller.call(.get, path))
            #expect(all.items.map(\.programme.rawValue) == ["sang"])
            #expect(all.items.map(\.title) == ["Buổi sáng"])
            #expect(all.items.map(\.state) == [.finished])
            #expect(all.items.map(\.final) == [true])
            let none = try await caller.call(.get, path + "?node=n2")
            #expect(try caller.read(List<ProgrammePlayback>.self, none).items.isEmpty)
            let some = try await caller.call(.get, path + "?node=n1&programme=sang&limit=1")
            #expect(try caller.read(List<ProgrammePlayback>.self, some).items.count == 1)
        }
    }
}
