import BroadcastTesting
import RuntimeSupport
import Testing

@testable import Messaging

@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    @Test func `a broker that lost its data is found again and subscribed to again`() async throws {
        let broker = try await MosquittoBroker.started()
        var configuration = broker.configuration("node")
        configuration.cleanStart = false
        configuration.sessionExpiry = 3600
        try await withClient(configuration) { node in
            node.client.subscribe(["loa/#"])
            try await node.subscribed("loa/#")
            await broker.kill()
            try broker.erase()
            _ = try await node.event { $0 == .disconnected(reason: "the connection to the broker is lost") }
            #expect(!node.client.isConnected)
            try await broker.start()
            let isKnown = try await node.connected()
            #expect(!isKnown)
            try await node.subscribed("loa/#")
            try await node.client.publish(Message("loa/a", "as before"))
            let message = try await node.message()
            #expect(message.text == "as before")
        }
    }

    @Test(arguments: [MessagingConfiguration.Version.v5, .v311])
    func `a session holds what was sent while the client was away`(version: MessagingConfiguration.Version) async throws
    {
        let broker = try await MosquittoBroker.started()
        var configuration = broker.configuration("node", version: version)
        configuration.cleanStart = false
        configuration.sessionExpiry = 3600
        try await withClient(configuration) { node in
            node.client.subscribe(["loa/#"])
            try await node.subscribed("loa/#")
        }
        try await withClient(broker.configuration("speaker")) { speaker in
            try await speaker.connected()
            try await speaker.client.publish(Message("loa/a", "while away"))
        }
        try await withClient(configuration) { node in
            let isKnown = try await node.connected()
            #expect(isKnown)
            let message = try await node.message()
            #expect(message.text == "while away")
        }
    }

    @Test func `the will speaks for a client that is cut off, and for no other`() async throws {
        let broker = try await MosquittoBroker.started()
        let relay = try NetworkRelay(to: broker.port)
        var configuration = MessagingConfiguration.quick(port: relay.port, clientID: "node")
        configuration.will = Message("loa/node/presence", "lost", retain: true)
        try await withClient(broker.configuration("watcher")) { watcher in
            watcher.client.subscribe(["loa/node/presence"])
            try await watcher.subscribed("loa/node/presence")
            // Ends in order: the farewell comes, the will does not.
            try await withClient(configuration, farewell: Message("loa/node/presence", "stopped")) { node in
                try await node.connected()
            }
            let farewell = try await watcher.message()
            #expect(farewell.text == "stopped")
            try await withClient(configuration) { node in
                try await node.connected()
                relay.set(.cut)
                let will = try await watcher.message()
                #expect(will.text == "lost")
            }
        }
    }

    @Test func `a silent broker is noticed within one and a half keep-alives`() async throws {
        let broker = try await MosquittoBroker.started()
        let relay = try NetworkRelay(to: broker.port)
        var configuration = MessagingConfiguration.quick(port: relay.port, clientID: "node")
        configuration.keepAlive = 5
        try await withClient(configuration) { node in
            try await node.connected()
            relay.set(.silent)
            let start = ContinuousClock.now
            _ = try await node.event { $0 == .disconnected(reason: "the broker has fallen silent") }
            // TCP alone would need a quarter of an hour. The rest is for a machine that is busy.
            #expect(ContinuousClock.now - start < .seconds(20))
            relay.set(.good)
            try await node.connected()
        }
    }

    @Test func `an idle connection costs its pings and nothing else`() async throws {
        let broker = try await MosquittoBroker.started()
        try await withClient(broker.configuration("node")) { node in
            node.client.subscribe(["loa/#"])
            try await node.subscribed("loa/#")
            let before = node.client.counts.wakeUps
            // Idleness has no event to wait for.
            try await Task.sleep(for: .seconds(2))
            #expect(node.client.counts.wakeUps - before <= 1)
        }
        // An hour on paper: the pings, and their answers.
        var keepAlive = KeepAlive(seconds: 30, now: 0)
        var now: Int64 = 0
        var wakeUps = 0
        while now < 3_600_000_000_000, let deadline = keepAlive.deadline {
            now = deadline
            wakeUps += 1
            #expect(!keepAlive.isDead(at: now))
            guard keepAlive.isDue(at: now) else { continue }
            keepAlive.checked(at: now)
            now += 20_000_000
            wakeUps += 1
            keepAlive.heard(at: now)
        }
        #expect(wakeUps <= 60 * 4)
    }

    @Test func `traffic in both directions puts the ping off, and silence in one of them brings it`() {
        let second: Int64 = 1_000_000_000
        var keepAlive = KeepAlive(seconds: 30, now: 0)
        #expect(!keepAlive.isDue(at: 31 * second - 1))
        #expect(keepAlive.isDue(at: 31 * second))
        keepAlive.heard(at: 20 * second)
        #expect(keepAlive.isDue(at: 31 * second))
        keepAlive.spoke(at: 25 * second)
        #expect(!keepAlive.isDue(at: 51 * second - 1))
        #expect(keepAlive.deadline == 51 * second)
    }

    @Test func `a connection is dead when nothing has come for one and a half keep-alives`() {
        let second: Int64 = 1_000_000_000
        var keepAlive = KeepAlive(seconds: 30, now: 0)
        keepAlive.checked(at: 31 * second)
        #expect(!keepAlive.isDue(at: 44 * second))
        #expect(keepAlive.deadline == 45 * second)
        #expect(!keepAlive.isDead(at: 45 * second - 1))
        #expect(keepAlive.isDead(at: 45 * second))
        // Speaking does not show that anybody listens.
        keepAlive.spoke(at: 44 * second)
        #expect(keepAlive.isDead(at: 45 * second))
        keepAlive.heard(at: 44 * second)
        #expect(!keepAlive.isDead(at: 60 * second))
        let untested = KeepAlive(seconds: 0, now: 0)
        #expect(untested.deadline == nil && !untested.isDue(at: .max) && !untested.isDead(at: .max))
    }

    @Test func `a broker on one of the two addresses of a name is found`() async throws {
        let broker = try await MosquittoBroker.started()
        var configuration = broker.configuration("node")
        configuration.host = "localhost"
        try await withClient(configuration) { node in
            try await node.connected()
        }
    }

    @Test func `after a failure the other family of addresses has its turn, where there are two`() {
        var both = Route { true }
        var tried: [String?] = []
        for _ in 0..<4 {
            tried.append(both.family)
            both.failed()
        }
        #expect(tried == [nil, "0.0.0.0", "::", nil])
        both.failed()
        both.succeeded()
        #expect(both.family == nil)
        var one = Route(host: "127.0.0.1")
        one.failed()
        #expect(one.family == nil)
    }

    @Test func `an attempt can be kept to one family of addresses`() async throws {
        let broker = try await MosquittoBroker.started()
        let configuration = broker.configuration("node")
        let first = try BrokerConnection(configuration)
        try first.open(family: "0.0.0.0")
        #expect(first.socket >= 0)
        let second = try BrokerConnection(configuration)
        #expect(throws: ConnectionFailure.self) { try second.open(family: "::") }
    }
}
