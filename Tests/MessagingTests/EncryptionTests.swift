import BroadcastTesting
import Messaging
import Testing

/// Certificates made by OpenSSL for one test: an authority, a broker for 127.0.0.1, and a stranger authority.
private struct Authority {
    let folder: TemporaryFolder

    init() async throws {
        folder = try TemporaryFolder(prefix: "loa-tls")
        try await authority("ca")
        try await authority("stranger")
        try folder.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n", to: "names")
        for name in ["broker", "node"] {
            try await openssl(
                ["req", "-new"] + Self.key + ["-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).csr"])
            try await openssl([
                "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "2", "-extfile", "names", "-out", "\(name).pem",
            ])
        }
    }

    private static let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private func authority(_ name: String) async throws {
        try await openssl(
            ["req", "-x509", "-new"] + Self.key
                + ["-subj", "/CN=\(name)", "-days", "2", "-keyout", "\(name).key", "-out", "\(name).pem"])
    }

    private func openssl(_ arguments: [String]) async throws {
        let tool = try ChildProcess("openssl", arguments, folder: folder.path)
        let ending = await tool.wait()
        try #require(ending == .exited(0), "\(tool.errors)")
    }

    func broker(requiresClientCertificate: Bool) async throws -> MosquittoBroker {
        let broker = try await MosquittoBroker(
            certificates: .init(
                authorities: folder.file("ca.pem"), certificate: folder.file("broker.pem"),
                key: folder.file("broker.key"), requiresClientCertificate: requiresClientCertificate))
        try await broker.start()
        return broker
    }
}

@Suite(.timeLimit(.minutes(1))) struct EncryptionTests {
    @Test func `a client with a certificate talks through TLS, and many messages at once arrive`() async throws {
        let authority = try await Authority()
        let broker = try await authority.broker(requiresClientCertificate: true)
        var configuration = broker.configuration("node")
        configuration.tls = .init(
            authorities: authority.folder.file("ca.pem"), certificate: authority.folder.file("node.pem"),
            key: authority.folder.file("node.key"))
        try await withClient(configuration) { node in
            node.client.subscribe(["loa/#"])
            try await node.subscribed("loa/#")
            let client = node.client
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 { group.addTask { try await client.publish(Message("loa/a", "\(number)")) } }
                try await group.waitForAll()
            }
            var numbers: Set<String> = []
            for _ in 0..<100 { numbers.insert(try await node.message().text) }
            #expect(numbers.count == 100)
        }
    }

    @Test func `a broker that an unknown authority vouches for is not talked to`() async throws {
        let authority = try await Authority()
        let broker = try await authority.broker(requiresClientCertificate: false)
        var configuration = broker.configuration("node")
        configuration.tls = .init(authorities: authority.folder.file("stranger.pem"))
        try await withClient(configuration) { node in
            let reason = try await node.failure()
            #expect(reason.hasPrefix("no secure connection to the broker ("))
            #expect(reason.contains("certificate verify failed"))
            #expect(
                node.log.lines.contains { $0.metadata["advice"]?.hasPrefix("check the certificate files") ?? false })
        }
        configuration.tls = .init(authorities: authority.folder.file("missing.pem"))
        try await withClient(configuration) { node in
            let reason = try await node.failure()
            #expect(reason.contains("missing.pem"))
        }
        // No TLS at all, on a port that expects it.
        configuration.tls = nil
        try await withClient(configuration) { node in
            let reason = try await node.failure()
            #expect(reason.contains("closes the connection without an answer"))
        }
    }
}
