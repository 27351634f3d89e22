import Broadcasting
import ControllerAPI
import Testing

@testable import ControllerServices

/// What a broadcast becomes that leaves things open.
@Suite struct BroadcastDeskTests {
    private func made(_ change: (inout BroadcastRequest) -> Void) async throws -> Broadcast {
        let bench = try Bench()
        try await bench.furnish(nodes: [])
        _ = try await bench.registry.add(
            NodeRequest(id: .n1, scopes: [.camGiang, .named("province.hai-duong"), .named("province.quang-tri")]))
        var request = BroadcastRequest(audio: [.sample], scopes: [.camGiang])
        change(&request)
        return try await bench.desk.create(request, key: nil).item.broadcast
    }

    @Test func `it is due at once, and may be started for an hour`() async throws {
        let broadcast = try await made { _ in }
        #expect(broadcast.start == Bench.start)
        #expect(broadcast.expires == Bench.start.advanced(bySeconds: 3600))
        #expect(broadcast.maximumDuration == 70)
        #expect(broadcast.title == "sample")
        #expect(broadcast.priority == .normal)
        #expect(!broadcast.drill)
    }

    @Test func `one that is repeated may be started until its end`() async throws {
        let until = Bench.start.advanced(bySeconds: 86_400)
        let broadcast = try await made { $0.repeat = .init(every: 1800, until: until) }
        #expect(broadcast.expires == until)
    }

    @Test(arguments: [
        (["commune.cam-giang"], Priority.emergency), (["province.hai-duong"], .provinceEmergency),
        (["province.hai-duong", "province.quang-tri"], .provinceEmergency),
        (["province.hai-duong", "commune.cam-giang"], .emergency),
    ])
    func `an emergency of a province stands above one of a commune`(scopes: [String], priority: Priority) async throws {
        let broadcast = try await made { request in
            request.class = .emergency
            request.scopes = scopes.map(Scope.named)
        }
        #expect(broadcast.priority == priority)
        #expect(broadcast.whenInterrupted == .restart)
    }

    @Test func `what was asked for is kept`() async throws {
        let broadcast = try await made { request in
            request.title = "Diễn tập"
            request.at = Bench.start.advanced(bySeconds: 600)
            request.expires = 30
            request.over = .duck(decibels: -12)
            request.whenInterrupted = .drop
            request.priority = Priority(120)
            request.volume = -6
            request.drill = true
            request.chime = .sample
            request.maximumDuration = 15
        }
        #expect(broadcast.title == "Diễn tập")
        #expect(broadcast.start == Bench.start.advanced(bySeconds: 600))
        #expect(broadcast.expires == Bench.start.advanced(bySeconds: 630))
        #expect(broadcast.over == .duck(decibels: -12))
        #expect(broadcast.whenInterrupted == .drop)
        #expect(broadcast.priority == Priority(120))
        #expect(broadcast.volume == -6)
        #expect(broadcast.drill)
        #expect(broadcast.chime?.sha256 == .sample)
        #expect(broadcast.maximumDuration == 15)
    }

    @Test func `a recall needs a reason, and a halt keeps the instant at which it began`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let made = try await bench.desk.create(BroadcastRequest(audio: [.sample], scopes: [.camGiang]), key: nil)
        let error = await #expect(throws: ProblemDetails.self) { try await bench.desk.cancel(made.item.id, reason: "") }
        #expect(error?.field == "reason")
        let long = await #expect(throws: ProblemDetails.self) {
            try await bench.desk.halt(.camGiang, HaltRequest(reason: String(repeating: "x", count: 1001)))
        }
        #expect(long?.field == "reason")
        _ = try await bench.desk.halt(.camGiang, HaltRequest())
        bench.pass(60)
        let raised = try await bench.desk.halt(.camGiang, HaltRequest(emergencies: true))
        #expect(raised?.halt == Halt(since: Bench.start, emergencies: true))
    }

    @Test func `a node that holds newer documents than the ledger tells that the ledger is old`() {
        let topic = Topic.broadcasts(.camGiang).description
        var node = NodeItem(
            id: .n1, settings: NodeSettings(scopes: [], timeZone: "UTC", contentAddresses: [], trustedKeys: []),
            addedAt: Bench.start, state: .connected)
        node.health = Health(
            node: .n1, at: Bench.start, version: "1", uptime: 1, playing: [], volume: 0,
            device: .init(name: "", state: "idle", rate: 1, format: "", channels: 1, xruns: 0, canRewind: true),
            clock: .init(trusted: true, synchronised: true),
            documents: [topic: Revision(epoch: 1, number: 9), "other": Revision(epoch: 9, number: 9)],
            content: .init(held: 0, missing: 0), journalDepth: 0, storage: .init(free: 0, total: 0), memory: 0,
            halted: false, faults: [])
        #expect(StatusReporter.ahead([node], of: [topic: Revision(epoch: 1, number: 8)])?.node == .n1)
        #expect(StatusReporter.ahead([node], of: [topic: Revision(epoch: 1, number: 9)]) == nil)
        #expect(StatusReporter.ahead([node], of: [topic: Revision(epoch: 2, number: 1)]) == nil)
    }
}
