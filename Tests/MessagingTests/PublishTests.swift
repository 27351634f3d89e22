import BroadcastTesting
import Messaging
import Testing

@Suite(.timeLimit(.minutes(1))) struct PublishTests {
    @Test(arguments: [MessagingConfiguration.Version.v5, .v311])
    func `what is published is received, byte for byte and in order`(version: MessagingConfiguration.Version)
        async throws
    {
        let broker = try await MosquittoBroker.started()
        try await withClient(broker.configuration("listener", version: version)) { listener in
            listener.client.subscribe(["loa/+/journal"])
            try await listener.subscribed("loa/+/journal")
            try await withClient(broker.configuration("speaker", version: version)) { speaker in
                try await speaker.connected()
                let every = Array(UInt8.min...UInt8.max)
                try await speaker.client.publish(Message(topic: "loa/n1/journal", payload: every))
                try await speaker.client.publish(Message("loa/n1/health", "not subscribed"))
                try await speaker.client.publish(Message("loa/n2/journal", "", qos: .atMostOnce))
                let first = try await listener.message()
                #expect(first == Message(topic: "loa/n1/journal", payload: every))
                let second = try await listener.message()
                #expect(second == Message("loa/n2/journal", "", qos: .atMostOnce))
                #expect(speaker.client.counts.published == 3)
            }
            #expect(listener.client.counts.received == 2)
        }
    }

    @Test func `a retained message waits for later subscribers, with its properties`() async throws {
        let broker = try await MosquittoBroker.started()
        var sent = Message("loa/v1/scopes/hamlet.1/broadcasts", "{}", retain: true)
        sent.contentType = "application/jose"
        sent.expiry = 3600
        try await withClient(broker.configuration("speaker")) { speaker in
            try await speaker.connected()
            try await speaker.client.publish(sent)
        }
        try await withClient(broker.configuration("listener")) { listener in
            listener.client.subscribe(["loa/#"])
            let received = try await listener.message()
            #expect(received.retain)
            #expect(received.text == "{}")
            #expect(received.contentType == "application/jose")
            let expiry = try #require(received.expiry)
            #expect(expiry > 3500 && expiry <= 3600)
        }
    }

    @Test func `publish returns only when the broker has acknowledged`() async throws {
        let broker = try await MosquittoBroker.started()
        var configuration = broker.configuration("speaker")
        configuration.publishTimeout = .seconds(1)
        try await withClient(configuration) { speaker in
            try await speaker.connected()
            broker.freeze()
            await #expect(throws: MessagingError.timedOut) {
                try await speaker.client.publish(Message("loa/a", "into the silence"))
            }
            #expect(speaker.client.counts.published == 0)
            broker.thaw()
            try await speaker.client.publish(Message("loa/a", "heard"))
            // The first one was on its way all the time.
            #expect(speaker.client.counts.published == 2)
        }
    }

    @Test func `a cancelled publish ends at once`() async throws {
        let broker = try await MosquittoBroker.started()
        try await withClient(broker.configuration("speaker")) { speaker in
            try await speaker.connected()
            broker.freeze()
            let client = speaker.client
            let publish = Task { try await client.publish(Message("loa/a", "never mind")) }
            publish.cancel()
            await #expect(throws: CancellationError.self) { try await publish.value }
            broker.thaw()
        }
    }

    @Test func `the broker's refusal is told in its words`() async throws {
        let user = MosquittoBroker.User(name: "node", password: "secret", access: ["read loa/#", "write loa/mine"])
        let broker = try await MosquittoBroker.started(users: [user])
        var configuration = broker.configuration("node")
        configuration.username = "node"
        configuration.password = "secret"
        try await withClient(configuration) { node in
            try await node.connected()
            try await node.client.publish(Message("loa/mine", "allowed"))
            await #expect(throws: MessagingError.refused(code: 135, reason: "Not authorized")) {
                try await node.client.publish(Message("loa/theirs", "forbidden"))
            }
        }
    }

    @Test func `what cannot be published is refused before it is sent`() async throws {
        let broker = try await MosquittoBroker.started()
        var configuration = broker.configuration("speaker")
        configuration.maximumPayload = 1000
        let unconnected = try MessagingClient(configuration: configuration, logger: LogRecorder().logger)
        await #expect(throws: MessagingError.notConnected) { try await unconnected.publish(Message("loa/a", "x")) }
        try await withClient(configuration) { speaker in
            try await speaker.connected()
            let large = Message(topic: "loa/a", payload: Array(repeating: 0, count: 1001))
            await #expect(throws: MessagingError.tooLarge(bytes: 1001)) { try await speaker.client.publish(large) }
            for topic in ["", "loa/+", "loa/#", "loa\0a", String(repeating: "x", count: 65_536)] {
                await #expect(throws: MessagingError.invalidTopic(topic)) {
                    try await speaker.client.publish(Message(topic, "x"))
                }
            }
            try await speaker.client.publish(Message("loa/a", "the connection has survived"))
            #expect(speaker.client.counts.connections == 1)
        }
    }

    @Test func `no more messages are taken than may be pending`() async throws {
        let broker = try await MosquittoBroker.started()
        var configuration = broker.configuration("speaker")
        configuration.maximumPending = 3
        try await withClient(configuration) { speaker in
            try await speaker.connected()
            broker.freeze()
            let client = speaker.client
            let refused = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        do {
                            try await client.publish(Message("loa/a", "\(number)"))
                            return false
                        } catch {
                            return error as? MessagingError == .tooBusy(limit: 3)
                        }
                    }
                }
                // The one that is refused is the only one that can end while the broker stands still.
                let first = await group.next() ?? false
                broker.thaw()
                var refused = [first]
                for await outcome in group { refused.append(outcome) }
                return refused
            }
            #expect(refused == [true, false, false, false])
        }
    }

    @Test func `a message under way when the connection breaks is reported as lost`() async throws {
        let broker = try await MosquittoBroker.started()
        let relay = try NetworkRelay(to: broker.port)
        try await withClient(.quick(port: relay.port, clientID: "speaker")) { speaker in
            try await speaker.connected()
            relay.set(.silent)
            let client = speaker.client
            let publish = Task { try await client.publish(Message("loa/a", "x")) }
            relay.set(.cut)
            await #expect(throws: MessagingError.self) { try await publish.value }
            relay.set(.good)
            try await speaker.connected()
            try await client.publish(Message("loa/a", "again"))
        }
    }
}
