import BroadcastTesting
import Glibc
import Logging
import Testing

@testable import Messaging

@Suite(.timeLimit(.minutes(1))) struct RefusalTests {
    /// What an operator reads, and that the client goes on trying.
    private func failure(_ configuration: MessagingConfiguration) async throws -> (reason: String, log: LogRecorder) {
        try await withClient(configuration) { client in
            let first = try await client.failure()
            let second = try await client.failure()
            #expect(first == second)
            // The same reason twice is one warning.
            #expect(client.log.lines.filter { $0.level == .warning }.count == 1)
            #expect(client.client.counts.connections == 0)
            return (first, client.log)
        }
    }

    @Test(arguments: [MessagingConfiguration.Version.v5, .v311])
    func `a wrong password is told without telling the password`(version: MessagingConfiguration.Version) async throws {
        let broker = try await MosquittoBroker.started(users: [.init(name: "node", password: "right")])
        var configuration = broker.configuration("node", version: version)
        configuration.username = "node"
        configuration.password = "sesame-open"
        let (reason, log) = try await failure(configuration)
        #expect(reason.hasPrefix("the broker refuses the connection: "))
        #expect(log.lines.contains { $0.metadata["advice"]?.hasPrefix("check user name and password") ?? false })
        let everything = log.lines.map { "\($0)" } + ["\(configuration)", String(reflecting: configuration)]
        #expect(!everything.contains { $0.contains("sesame-open") })
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("sesame-open"))
    }

    @Test func `a name that does not exist is told as such`() async throws {
        var configuration = MessagingConfiguration.quick(port: 1883, clientID: "node")
        configuration.host = "broker.invalid"
        let (reason, _) = try await failure(configuration)
        #expect(reason.hasPrefix("the broker's name broker.invalid cannot be resolved ("))
    }

    @Test func `a port where nothing listens is told as such`() async throws {
        let port = try LoopbackPort.free()
        let (reason, _) = try await failure(.quick(port: port, clientID: "node"))
        #expect(reason == "nothing listens at 127.0.0.1:\(port) (Connection refused)")
    }

    @Test func `a server that takes connections and says nothing is given up in time`() async throws {
        let broker = try await MosquittoBroker.started()
        broker.freeze()
        var configuration = broker.configuration("node")
        configuration.connectTimeout = .milliseconds(200)
        let (reason, _) = try await failure(configuration)
        #expect(reason == "127.0.0.1:\(broker.port) takes the connection but does not answer")
    }

    @Test func `a second client of the same name is named as the reason`() async throws {
        let broker = try await MosquittoBroker.started()
        try await withClient(broker.configuration("twin")) { first in
            try await first.connected()
            try await withClient(broker.configuration("twin")) { second in
                try await second.connected()
                let event = try await first.event { if case .disconnected = $0 { true } else { false } }
                // Debian's mosquitto hangs up without a word; newer ones say why.
                let silent = MessagingEvent.disconnected(reason: "the connection to the broker is lost")
                let spoken = ConnectionFailure.lost(code: 142, clientID: "twin")
                #expect(event == silent || event == .disconnected(reason: spoken.reason))
                #expect(spoken.reason == "the broker ends the connection: Session taken over (142)")
                let advice = first.log.lines.compactMap { $0.metadata["advice"] }
                #expect(advice.contains { $0.contains("another client uses the identifier twin") })
            }
        }
    }
}
