import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import Logging
import Messaging
import RuntimeSupport
import ServiceLifecycle
import Testing

@testable import ControllerServices

/// The controller on a real broker, with the broker's files that it makes itself.
@Suite struct BrokerTests {
    /// A controller's state, a broker that knows its users, and nodes n1 and n2.
    private struct Station {
        let folder: TemporaryFolder
        let state: StateFolder
        let broker: MosquittoBroker
        var configuration: ControllerConfiguration
        let nodes: [NodeID: NodeCredentials]
        let log = LogRecorder()

        init() async throws {
            folder = try TemporaryFolder()
            state = StateFolder(path: folder.file("state"))
            _ = try await Controller.initialise(state, writesToken: false)
            let lines = ["acl_file \(folder.file("loa.acl"))", "password_file \(folder.file("loa.passwords"))"]
            broker = try await MosquittoBroker(extra: ["allow_anonymous false"] + lines)
            configuration = try await ControllerConfiguration(
                path: state.configuration, environment: ["LOA_MQTT_PORT": "\(broker.port)", "LOA_HTTP_PORT": "0"])
            let ledger = try await Controller.openLedger(state, now: Controller.wallTime)
            let feed = LiveFeed()
            let registry = NodeRegistry(
                ledger: ledger, feed: feed, monitor: NodeMonitor(feed: feed), configuration: configuration)
            var nodes: [NodeID: NodeCredentials] = [:]
            for node in [NodeID.n1, .n2] {
                nodes[node] = try await registry.add(NodeRequest(id: node, scopes: [.camGiang]))
            }
            self.nodes = nodes
            try ledger.close()
            let files = try await BrokerFiles(state: state, configuration: configuration, folder: folder.path)
            try files.write(to: folder.path)
            try await broker.start()
        }

        func client(_ node: NodeID) throws -> MessagingClient {
            let credentials = try #require(nodes[node])
            var messaging = MessagingConfiguration(
                host: "127.0.0.1", port: broker.port, clientID: node.rawValue)
            messaging.username = credentials.mqtt.user
            messaging.password = credentials.mqtt.password
            messaging.minimumReconnectDelay = .milliseconds(50)
            messaging.maximumReconnectDelay = .milliseconds(200)
            return try MessagingClient(configuration: messaging, logger: log.logger)
        }

        /// Runs a controller beside `body`.
        func running(_ body: @escaping @Sendable (Controller) async throws -> Void) async throws {
            let controller = try await Controller(state: state, configuration: configuration, logger: log.logger)
            let services = controller.services { _ in }
            let group = ServiceGroup(configuration: .init(services: services, logger: log.logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await body(controller)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    /// Runs `client` beside `body`.
    private func online<Value: Sendable>(
        _ client: MessagingClient, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            let value = try await body()
            group.cancelAll()
            return value
        }
    }

    @Test func `documents reach a node, its records come back, and are receipted`() async throws {
        let station = try await Station()
        let node = try station.client(.n1)
        node.subscribe([Topic.broadcasts(.camGiang).description, Topic.receipt(.n1).description])
        try await station.running { controller in
            try await controller.ledger.write { transaction in
                _ = try transaction.add(
                    AudioItem(
                        sha256: .sample, title: "t", bytes: 1, duration: 1, loudness: nil, truePeak: nil, gain: 0,
                        sampleRate: 48_000, channels: 1, addedAt: transaction.now))
            }
            let desk = BroadcastDesk(ledger: controller.ledger, feed: controller.feed)
            let made = try await desk.create(
                BroadcastRequest(audio: [.sample], scopes: [.camGiang], class: .emergency), key: nil)
            var watched = controller.feed.events().makeAsyncIterator()
            try await online(node) {
                let verifier = DocumentVerifier(keys: [controller.ledger.publicKey])
                let journal = JournalID(unchecked: "j")
                for await event in node.events {
                    guard case .message(let message) = event, let topic = Topic(message.topic) else { continue }
                    if case .receipt = topic {
                        let receipt = try Wire.decode(Receipt.self, from: Data(message.payload))
                        #expect(receipt == Receipt(journal: journal, through: 1))
                        break
                    }
                    let document = try verifier.verify(message.payload, as: BroadcastsDocument.self, topic: topic)
                    guard document.body.broadcasts.map(\.id) == [made.item.id] else { continue }
                    let cue = CueID(broadcast: made.item.id, number: 0)
                    let record = JournalRecord(
                        sequence: 1, at: Controller.wallTime(), monotonic: 1, boot: "b", clockTrusted: true,
                        event: .playback(PlaybackEvent(.finished, cue, final: true)))
                    try await node.publish(
                        Message(
                            topic: Topic.journal(.n1).description,
                            payload: Array(
                                try Wire.encode(JournalBatch(node: .n1, journal: journal, records: [record])))))
                }
            }
            while let event = await watched.next(), event.kind != .playback { continue }
            let report = try await desk.report(made.item.id)
            #expect(report.playbacks.map(\.state) == [.finished, .waiting])
        }
    }

    @Test func `a broker that lost everything is told everything again`() async throws {
        let station = try await Station()
        try await station.running { controller in
            for round in 0..<2 {
                let node = try station.client(.n1)
                node.subscribe([Topic.settings(.n1).description, "loa/v1/scopes/+/broadcasts"])
                let wanted = Set([
                    Topic.settings(.n1), .broadcasts(.camGiang), .broadcasts(.node(.n1)), .broadcasts(.node(.n2)),
                ])
                let seen = try await online(node) {
                    var seen: Set<Topic> = []
                    for await event in node.events {
                        guard case .message(let message) = event, let topic = Topic(message.topic) else { continue }
                        seen.insert(topic)
                        if seen == wanted { break }
                    }
                    return seen
                }
                #expect(seen == wanted)
                guard round == 0 else { break }
                await station.broker.kill()
                try station.broker.erase()
                try await station.broker.start()
            }
        }
    }

    @Test func `a node can write of nobody but itself, and a stranger gets nothing`() async throws {
        let station = try await Station()
        /// What the broker answers to a publish of n1, on a connection of its own: after a no, mosquitto 2.0.11 ends it.
        func answer(to topic: Topic) async throws -> MessagingError? {
            let node = try station.client(.n1)
            return try await online(node) {
                for await event in node.events { if case .connected = event { break } }
                do {
                    try await node.publish(Message(topic: topic.description, payload: [1], retain: true))
                    return nil
                } catch let error as MessagingError {
                    return error
                }
            }
        }
        for topic in [Topic.journal(.n1), .presence(.n1), .health(.n1)] {
            #expect(try await answer(to: topic) == nil)
        }
        let foreign = [
            Topic.journal(.n2), .presence(.n2), .health(.n2), .settings(.n1), .broadcasts(.camGiang), .receipt(.n1),
        ]
        for topic in foreign {
            guard case .refused = try await answer(to: topic) else {
                Issue.record("\(topic) was taken")
                continue
            }
        }
        var wrong = MessagingConfiguration(host: "127.0.0.1", port: station.broker.port, clientID: "x")
        wrong.username = "n1"
        wrong.password = "wrong"
        let stranger = try MessagingClient(configuration: wrong, logger: station.log.logger)
        try await online(stranger) {
            for await event in stranger.events {
                if case .connectionFailed = event { break }
                Issue.record("\(event)")
                break
            }
        }
    }

    @Test func `a check finds what is wrong with the broker`() async throws {
        var station = try await Station()
        let well = await Checkup(state: station.state, configuration: station.configuration, logger: station.log.logger)
        #expect(well.isWell, "\(well.findings)")
        station.configuration.mqtt.password = "wrong"
        let refused = await Checkup(
            state: station.state, configuration: station.configuration, logger: station.log.logger)
        #expect(refused.findings.contains { $0.verdict == .wrong && $0.part == "broker" })
        await station.broker.stop()
        let absent = await Checkup(
            state: station.state, configuration: station.configuration, logger: station.log.logger)
        #expect(absent.findings.contains { $0.verdict == .wrong && $0.text.contains("nothing listens") })
    }
}
