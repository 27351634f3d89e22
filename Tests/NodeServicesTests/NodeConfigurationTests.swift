import Broadcasting
import Foundation
import Scheduling
import Testing

@testable import NodeServices

@Suite struct NodeConfigurationTests {
    private static let key = "qXd9Gmo9JGPJ-loliZvTCpjYnUYsRHYOCKwjftbamwE"

    /// The file that a node starts with, with `more` lines below it.
    private static func file(_ more: String = "") -> String {
        """
        node: {id: cl-01, state: /var/lib/loa}
        trust:
          keys: ["\(key)"]
        \(more)

        """
    }

    private func read(_ text: String) async throws -> NodeConfiguration {
        let path = FileManager.default.temporaryDirectory.appending(path: "loa-node-\(UUID().uuidString).yaml").path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        return try NodeConfiguration(from: try await NodeConfiguration.reader(path: path))
    }

    @Test func `a file gives each setting in its own type, and what it leaves out has a default`() async throws {
        let configuration = try await read(
            Self.file(
                """
                mqtt:
                  host: broker.example
                  port: 8883
                  version: 3.1.1
                  username: cl-01
                  tls:
                    ca: /etc/loa/ca.pem
                device: {name: "hw:0", warmUp: 1.5}
                content:
                  addresses:
                    - http://one
                    - http://two
                """))
        #expect(configuration.node.rawValue == "cl-01")
        #expect(configuration.broker.host == "broker.example")
        #expect(configuration.broker.port == 8883)
        #expect(configuration.broker.legacy)
        #expect(configuration.broker.username == "cl-01")
        #expect(configuration.broker.password == nil)
        #expect(configuration.broker.authorities == "/etc/loa/ca.pem")
        #expect(configuration.broker.keepAlive == 60)
        #expect(configuration.device == "hw:0")
        #expect(configuration.warmUp == 1.5)
        #expect(configuration.rate == 48_000)
        #expect(configuration.contentAddresses == ["http://one", "http://two"])
        #expect(configuration.trustedKeys == [try #require(PublicKey(base64URL: Self.key))])
    }

    @Test(
        arguments: [
            ("mqtt: {port: 1883}", "mqtt.host"),
            ("mqtt: {host: a, port: 18x}", "mqtt.port"),
            ("mqtt: {host: a, port: 0}", "mqtt.port"),
            ("mqtt: {host: a, version: 4}", "mqtt.version"),
            ("mqtt: {host: a, keepAlive: 1.5}", "mqtt.keepAlive"),
            ("mqtt: {host: a}\ndevice: {warmUp: long}", "device.warmUp"),
            ("mqtt: {host: a}\ndevice: {channels: 6}", "device.channels"),
            ("mqtt: {host: a}\ncontent: {quotaMegabytes: 9223372036854775807}", "content.quotaMegabytes"),
        ])
    func `a wrong value is named, never replaced by a default`(more: String, key: String) async {
        await #expect { try await read(Self.file(more)) } throws: { ($0 as? NodeConfigurationError)?.key == key }
    }

    @Test func `a file that is no YAML is told with its place`() async {
        await #expect { try await read("node: {id: [\n") } throws: { "\($0)".contains("line 2") }
    }

    @Test func `a zone is looked up by its name, and no path is one`() {
        #expect(ZoneDatabase.exists("Asia/Ho_Chi_Minh"))
        #expect(ZoneDatabase.exists("UTC"))
        for name in [
            "", "Nowhere/At_All", "../zoneinfo/UTC", "/usr/share/zoneinfo/UTC", "Asia", "Asia/", "a//b", "UTC\0",
        ] {
            #expect(!ZoneDatabase.exists(name), "\(name)")
        }
        let zones = ZoneDatabase()
        let summer = Timestamp(nanoseconds: 1_783_000_000_000_000_000)
        #expect(zones.rules(of: "Europe/Berlin")?.secondsFromUTC(at: summer) == 7200)
        #expect(zones.rules(of: "Nowhere/At_All") == nil)
    }
}
