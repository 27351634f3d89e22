import BroadcastTesting
import Logging
import Testing

@testable import Messaging

@Suite(.timeLimit(.minutes(1))) struct ReceiveTests {
    @Test(arguments: [MessagingConfiguration.Version.v5, .v311])
    func `a stalled consumer loses nothing`(version: MessagingConfiguration.Version) async throws {
        let broker = try await MosquittoBroker.started()
        var configuration = broker.configuration("listener", version: version)
        configuration.maximumEvents = 8
        try await withClient(configuration) { listener in
            listener.client.subscribe(["loa/#"])
            try await listener.subscribed("loa/#")
            try await withClient(broker.configuration("speaker")) { speaker in
                try await speaker.connected()
                for number in 0..<300 { try await speaker.client.publish(Message("loa/a", "\(number)")) }
            }
            // The bound, and what one read of the socket may bring beyond it.
            #expect(listener.client.counts.received <= 8 + 20)
            for number in 0..<300 {
                let message = try await listener.message()
                #expect(message.text == "\(number)")
            }
        }
    }

    @Test func `a message that is too large is dropped and counted, and the next one arrives`() async throws {
        let broker = try await MosquittoBroker.started()
        // A 3.1.1 broker cannot be told the limit.
        var configuration = broker.configuration("listener", version: .v311)
        configuration.maximumPayload = 100
        try await withClient(configuration) { listener in
            listener.client.subscribe(["loa/#"])
            try await listener.subscribed("loa/#")
            try await withClient(broker.configuration("speaker")) { speaker in
                try await speaker.connected()
                try await speaker.client.publish(Message(topic: "loa/a", payload: Array(repeating: 0, count: 101)))
                try await speaker.client.publish(Message("loa/a", "small"))
            }
            let message = try await listener.message()
            #expect(message.text == "small")
            #expect(listener.client.counts.dropped == 1)
            #expect(listener.log.lines.contains { $0.level == .warning && $0.metadata["count"] == "1" })
        }
    }

    @Test func `an unsubscribed filter brings nothing more`() async throws {
        let broker = try await MosquittoBroker.started()
        try await withClient(broker.configuration("client")) { client in
            client.client.subscribe(["loa/a", "loa/b"])
            try await client.subscribed("loa/b")
            client.client.unsubscribe(["loa/a"])
            try await client.client.publish(Message("loa/a", "unwanted"))
            try await client.client.publish(Message("loa/b", "wanted"))
            let message = try await client.message()
            #expect(message.text == "wanted")
        }
    }

    @Test func `a refused filter is told, and a malformed one never sent`() async throws {
        let user = MosquittoBroker.User(name: "node", password: "secret", access: ["read loa/mine"])
        let broker = try await MosquittoBroker.started(users: [user])
        var configuration = broker.configuration("node")
        configuration.username = "node"
        configuration.password = "secret"
        try await withClient(configuration) { node in
            node.client.subscribe(["loa/#/wrong", ""])
            try await node.connected()
            node.client.subscribe(["loa/mine"])
            try await node.subscribed("loa/mine")
            #expect(node.log.lines.filter { $0.message == "not a topic filter" }.count == 2)
            #expect(node.client.counts.connections == 1)
        }
    }

    static let names: [(String, isTopic: Bool, isFilter: Bool)] = [
        ("loa/v1/nodes/n1/journal", true, true), ("loa//x", true, true), ("/", true, true),
        ("xã/Cẩm Giàng", true, true),
        ("loa/+/journal", false, true), ("+", false, true), ("#", false, true), ("loa/#", false, true),
        ("loa/#/x", false, false), ("loa/x#", false, false), ("loa/x+/y", false, false), ("", false, false),
        ("a\0b", false, false), (String(repeating: "x", count: 65_535), true, true),
        (String(repeating: "x", count: 65_536), false, false),
    ]

    @Test(arguments: names)
    func `names follow the rules of MQTT 5, 4.7`(name: String, isTopic: Bool, isFilter: Bool) {
        #expect(Topic.isPublishable(name) == isTopic)
        #expect(Topic.isFilter(name) == isFilter)
    }
}
