import Broadcasting
import FoundationEssentials
import Testing

@Suite struct JournalTests {
    private func record(_ sequence: Int64, _ event: JournalEvent) throws -> JournalRecord {
        JournalRecord(
            sequence: sequence, at: try Samples.time("2026-11-21T03:15:00.25Z"), monotonic: 123_456_789,
            boot: "b00t", clockTrusted: true, event: event)
    }

    private func finished() throws -> PlaybackEvent {
        let id = try #require(BroadcastID(rawValue: "lu-lut-01"))
        var event = PlaybackEvent(.finished, CueID(broadcast: id, number: 2), final: true)
        event.framesDue = 168_000
        event.framesHeard = 168_000
        event.rate = 48_000
        event.peak = -1.5
        return event
    }

    @Test func `a record's JSON is one flat object, stable to the byte`() throws {
        let json = String(decoding: try Wire.encode(record(9, .playback(finished()))), as: UTF8.self)
        #expect(
            json == """
                {"at":"2026-11-21T03:15:00.250Z","boot":"b00t","clockTrusted":true,"cue":"broadcast/lu-lut-01/2",\
                "final":true,"framesDue":168000,"framesHeard":168000,"kind":"finished","monotonic":123456789,"peak":-1.5,\
                "rate":48000,"sequence":9}
                """)
    }

    @Test func `records of both sorts survive the way through JSON`() throws {
        var node = NodeEvent(.documentRefused, reason: Reason(.signatureInvalid, "the signature does not fit"))
        node.topic = Samples.topicName
        for event in [JournalEvent.node(node), .playback(try finished())] {
            let written = try record(1, event)
            #expect(try Wire.decode(JournalRecord.self, from: Wire.encode(written)) == written)
        }
    }

    @Test func `a record that cannot be read is set aside alone, with its sequence`() throws {
        let good = String(decoding: try Wire.encode(record(3, .playback(finished()))), as: UTF8.self)
        let invented = good.replacing("\"finished\"", with: "\"invented\"").replacing(":3,", with: ":2,")
            .replacing("\"sequence\":3", with: "\"sequence\":2")
        let json = #"{"node":"cl-01","journal":"j1","records":[\#(invented),[1,2],\#(good)]}"#
        let batch = try Wire.decode(ReceivedJournalBatch.self, from: Data(json.utf8))
        #expect(batch.records.count == 3)
        guard case .unreadable(let sequence, _, let reason) = batch.records[0],
            case .unreadable(nil, .array, _) = batch.records[1], case .record(let record) = batch.records[2]
        else {
            Issue.record("\(batch.records)")
            return
        }
        #expect(sequence == 2)
        #expect(reason.contains("kind"))
        #expect(record.sequence == 3)
    }

    @Test(arguments: ["broadcast/a/0", "programme/ban-tin/2026-11-23T05:00:00/0"])
    func `a cue's name is read as it is written`(name: String) {
        #expect(CueID(name)?.description == name)
    }

    @Test(arguments: [
        "loa/v1/nodes/cl-01/settings", "loa/v1/nodes/cl-01/receipt", "loa/v1/nodes/cl-01/journal",
        "loa/v1/nodes/cl-01/presence", "loa/v1/nodes/cl-01/health", "loa/v1/scopes/hamlet.dong/schedule",
        "loa/v1/scopes/node.cl-01/broadcasts",
    ])
    func `a topic's name is read as it is written`(name: String) {
        #expect(Topic(name)?.description == name)
    }

    @Test(arguments: [
        "", "loa/v1", "loa/v2/nodes/a/settings", "loa/v1/nodes/+/settings", "loa/v1/nodes/a/b/settings",
        "loa/v1/scopes/city.x/schedule", "loa/v1/scopes/commune./broadcasts", "loa/v1/nodes//journal",
    ])
    func `what is no topic of the protocol is refused`(name: String) {
        #expect(Topic(name) == nil)
    }
}
