import BroadcastTesting
import Glibc
import Logging
import RuntimeSupport
import Testing

@testable import Messaging

@Suite(.timeLimit(.minutes(1))) struct HostileBrokerTests {
    /// The head of a message of 200 MB to the topic "a".
    private static let hugeHead: [UInt8] = [0x30, 0x80, 0x84, 0xaf, 0x5f, 0, 1, UInt8(ascii: "a"), 0]

    /// The most bytes that this program had in RAM. What `getrusage` tells begins with the process that started it.
    private static func peak() throws -> Int {
        let file = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = unsafe read(file, &bytes, bytes.count)
        let line = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("VmHWM:") }
        let kibibytes = try #require(line?.split { !$0.isNumber }.first.flatMap { Int($0) })
        return kibibytes * 1024
    }

    @Test func `a packet of 200 MB ends the connection with a reason, again and again, and takes no memory`() async {
        // In a process of its own, whose memory no other test uses.
        await #expect(processExitsWith: .success) {
            let broker = try HostileBroker(
                head: Self.hugeHead, repeated: [UInt8](repeating: 0, count: 65_536), version: .v5)
            let before = try Self.peak()
            try await withClient(.quick(port: broker.port, clientID: "node")) { node in
                for _ in 0..<3 {
                    let event = try await node.event { if case .disconnected = $0 { true } else { false } }
                    #expect(event == .disconnected(reason: "the broker sends a packet of more than 1118576 bytes"))
                }
                let warnings = node.log.lines.filter { $0.level == .warning && $0.message == "disconnected" }
                // One line for each connection that ended. Asked after the log: connections go on being made.
                let counts = node.client.counts
                #expect(warnings.count >= 3 && warnings.count <= counts.connections)
                #expect(counts.received == 0 && counts.dropped == 0)
                #expect(warnings.allSatisfy { $0.metadata["advice"]?.hasPrefix("check who publishes") ?? false })
            }
            let grown = try Self.peak() - before
            #expect(grown < 16_000_000, "grew by \(grown) bytes")
        }
    }

    @Test(arguments: [MessagingConfiguration.Version.v5, .v311])
    func `messages of QoS 2, which the library would keep, end the connection`(
        version: MessagingConfiguration.Version
    ) async throws {
        var messages: [UInt8] = []
        for identifier in UInt8(1)...200 {
            messages += [0x34, version == .v5 ? 6 : 5, 0, 1, UInt8(ascii: "a"), 0, identifier]
            if version == .v5 { messages.append(0) }
        }
        let broker = try HostileBroker(head: messages, repeated: messages, version: version)
        try await withClient(.quick(port: broker.port, clientID: "node", version: version)) { node in
            for _ in 0..<2 {
                let event = try await node.event { if case .disconnected = $0 { true } else { false } }
                #expect(
                    event == .disconnected(reason: "the broker sends messages of QoS 2, which were not asked for"))
            }
        }
    }

    @Test func `small messages without end are not counted as one packet`() async throws {
        let message: [UInt8] = [0x30, 0xe8, 7, 0, 1, UInt8(ascii: "a"), 0] + [UInt8](repeating: 0, count: 996)
        let broker = try HostileBroker(head: message, repeated: message, version: .v5)
        try await withClient(.quick(port: broker.port, clientID: "node")) { node in
            // Three times the bytes that one packet may have.
            for _ in 0..<4000 { _ = try await node.message() }
            #expect(node.client.counts.connections == 1)
        }
    }
}
