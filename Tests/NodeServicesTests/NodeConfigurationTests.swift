import Broadcasting
import Foundation
import Playout
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

    @Test func `a clock must be proven unless the file says that it is given`() async throws {
        let ordinary = try await read(Self.file("mqtt: {host: b}"))
        #expect(!ordinary.trustsGivenClock && ordinary.batteryClocks == "/sys/class/rtc")
        let given = try await read(Self.file("mqtt: {host: b}\nclock: {trust: given, rtc: /tmp/rtc}"))
        #expect(given.trustsGivenClock && given.batteryClocks == "/tmp/rtc")
        await #expect(throws: NodeConfigurationError(key: "clock.trust", problem: "is \"proven\" or \"given\"")) {
            try await read(Self.file("mqtt: {host: b}\nclock: {trust: always}"))
        }
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
                relay: {tls: {ca: /etc/loa/stations.pem}}
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
        #expect(configuration.contentAuthorities == nil)
        #expect(configuration.relayAuthorities == "/etc/loa/stations.pem")
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
            ("mqtt: {host: a}\ndevice: {rate: 7999}", "device.rate"),
            ("mqtt: {host: a}\ndevice: {dither: maybe}", "device.dither"),
            ("mqtt: {host: a}\ndevice: {processor: -1}", "device.processor"),
            ("mqtt: {host: a}\namplifier: {file: /a, offDelay: soon}", "amplifier.offDelay"),
            ("mqtt: {host: a}\namplifier: {file: /a, activeLow: 2}", "amplifier.activeLow"),
            ("mqtt: {host: a}\namplifier: {chip: gpiochip0}", "amplifier.line"),
            ("mqtt: {host: a}\ndevice: {rewindMargin: 0}", "device.rewindMargin"),
            ("mqtt: {host: a}\ndevice: {rewindMargin: 0.5 ms}", "device.rewindMargin"),
            ("mqtt: {host: a}\namplifier: {line: 17}", "amplifier.chip"),
            ("mqtt: {host: a}\namplifier: {chip: gpiochip0, line: 17, file: /a}", "amplifier.file"),
            ("mqtt: {host: a}\ncontent: {quotaMegabytes: 9223372036854775807}", "content.quotaMegabytes"),
        ])
    func `a wrong value is named, never replaced by a default`(more: String, key: String) async {
        await #expect { try await read(Self.file(more)) } throws: { ($0 as? NodeConfigurationError)?.key == key }
    }

    /// What the player is asked for, by the lines of the file. Each line stands for a key that nothing else changes.
    private static let outputs: [(lines: String, change: @Sendable (inout PlayerConfiguration) -> Void)] = [
        ("", { _ in }),
        ("device: {name: \"hw:1\"}", { $0.device = "hw:1" }),
        ("device: {rate: 8000}", { $0.rate = 8000 }),
        ("device: {channels: 1}", { $0.channels = 1 }),
        ("device: {warmUp: 1.5}", { $0.warmUp = 1.5 }),
        ("device: {mixer: \"Master,1\"}", { $0.mixerElement = "Master,1" }),
        ("device: {mixer: \"\"}", { _ in }),
        ("device: {dither: true}", { $0.isDithered = true }),
        ("device: {dither: off}", { _ in }),
        ("device: {rewindMargin: 4}", { $0.rewindMargin = 0.004 }),
        ("device: {processor: 3}", { $0.processor = 3 }),
        ("amplifier: {file: /sys/relay, offDelay: 2.5}", { $0.offDelay = 2.5 }),
    ]

    @Test(arguments: outputs.indices) func `each setting of the output reaches the player`(index: Int) async throws {
        let (lines, change) = Self.outputs[index]
        var expected = PlayerConfiguration(progressInterval: 0.25)
        change(&expected)
        let read = PlayerConfiguration(try await read(Self.file("mqtt: {host: a}\n" + lines)))
        #expect(read == expected, "\(lines)")
    }

    @Test(
        arguments: [
            ("", nil),
            ("amplifier: {file: /sys/relay}", .file(path: "/sys/relay", isActiveLow: false)),
            ("amplifier: {file: /sys/relay, activeLow: true}", .file(path: "/sys/relay", isActiveLow: true)),
            (
                "amplifier: {chip: gpiochip0, line: 17, activeLow: yes}",
                .line(chip: "gpiochip0", line: "17", isActiveLow: true)
            ),
        ] as [(String, NodeConfiguration.Amplifier?)])
    func `an amplifier is a line of a chip, or a file`(lines: String, amplifier: NodeConfiguration.Amplifier?)
        async throws
    {
        #expect(try await read(Self.file("mqtt: {host: a}\n" + lines)).output.amplifier == amplifier)
    }

    @Test func `what a technician plays on is what the node would, but for what is named instead`() async throws {
        let file = Self.file(
            """
            mqtt: {host: a}
            device: {name: "hw:1", rate: 44100, channels: 1, warmUp: 1.5, mixer: Master}
            amplifier: {file: /sys/relay}
            """)
        let settings = try await read(file)
        var expected = PlayerConfiguration(settings)
        #expect(LocalOutput(settings).configuration == expected)
        #expect(LocalOutput(settings, device: "hw:1").configuration == expected)
        #expect(LocalOutput(settings).amplifier == .file(path: "/sys/relay", isActiveLow: false))
        expected.device = "hw:2"
        expected.rate = 48_000
        expected.mixerElement = nil
        let other = LocalOutput(settings, device: "hw:2", rate: 48_000)
        #expect(other.configuration == expected)
        #expect(other.amplifier == .file(path: "/sys/relay", isActiveLow: false))
        #expect(LocalOutput().configuration == PlayerConfiguration())
        #expect(LocalOutput().amplifier == nil)
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
