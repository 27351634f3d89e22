import BroadcastTesting
import Broadcasting
import Configuration
import ControllerAPI
import Crypto
import Foundation
import Testing

@testable import ControllerServices

/// What is made before the first start, and read at each.
@Suite struct SetupTests {
    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func `the state is made for its owner alone, and never made again over what is there`() async throws {
        let folder = try TemporaryFolder()
        let state = StateFolder(path: folder.file("state"))
        let setup = try await Controller.initialise(state, writesToken: true)
        #expect(try mode(state.path) == 0o700)
        for file in [state.key, state.ledger, state.configuration, state.token] { #expect(try mode(file) == 0o600) }
        #expect(try String(contentsOfFile: state.token, encoding: .utf8) == setup.token + "\n")
        let key = try Data(contentsOf: URL(filePath: state.key))
        let error = await #expect(throws: ConfigurationError.self) {
            try await Controller.initialise(state, writesToken: false)
        }
        #expect(error?.text.contains("there already") == true)
        #expect(try Data(contentsOf: URL(filePath: state.key)) == key)
        let signer = try SigningKeyFile.load(state.key)
        #expect(signer.publicKey.x == setup.publicKey)
        let ledger = try await Controller.openLedger(state, now: Controller.wallTime)
        #expect(try await ledger.read { try $0.token(secret: setup.token) }?.name == "first")
        #expect(try await ledger.read { try $0.epoch() } == 1)
    }

    @Test func `a state has one controller at a time`() async throws {
        let folder = try TemporaryFolder()
        let state = StateFolder(path: folder.file("state"))
        _ = try await Controller.initialise(state, writesToken: false)
        do {
            let first = try StateLock(state)
            let error = #expect(throws: ConfigurationError.self) { try StateLock(state) }
            #expect(error?.text.contains("another controller") == true)
            await #expect(throws: ConfigurationError.self) {
                try await Controller.beginEpoch(state: state, configuration: ControllerConfiguration())
            }
            withExtendedLifetime(first) {}
        }
        #expect(try await Controller.beginEpoch(state: state, configuration: ControllerConfiguration()) > 1)
    }

    @Test func `a key that others can read, or that is none, is refused`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("key")
        _ = try SigningKeyFile.create(path)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let open = #expect(throws: ConfigurationError.self) { try SigningKeyFile.load(path) }
        #expect(open?.text.contains("chmod 600") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: ConfigurationError.self) { try SigningKeyFile.load(path) }
        try PrivateFile.create(path, text: "{}")
        #expect(throws: ConfigurationError.self) { try SigningKeyFile.load(path) }
    }

    @Test func `a new configuration file says the defaults, and the environment stands above it`() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Controller.configurationText(password: "secret"), to: "controller.yaml")
        let plain = try await ControllerConfiguration(path: path, environment: [:])
        let defaults = ControllerConfiguration()
        #expect(plain.http.host == defaults.http.host)
        #expect(plain.http.port == defaults.http.port)
        #expect(plain.mqtt.password == "secret")
        #expect(plain.mqtt.version == "5")
        #expect(plain.library.maximumMegabytes == defaults.library.maximumMegabytes)
        #expect(plain.contentAddresses == ["http://127.0.0.1:8080/content"])
        let above = try await ControllerConfiguration(
            path: path,
            environment: [
                "LOA_HTTP_PORT": "9000", "LOA_MQTT_HOST": "broker.example", "LOA_MQTT_NODE_PORT": "8883",
                "LOA_CONTENT_ADDRESSES": "http://a/content,https://b/content/",
                "LOA_NODES_QUIET_HOURS": "22:00-04:30",
            ])
        #expect(above.http.port == 9000)
        #expect(above.mqtt.host == "broker.example")
        #expect(above.nodePort == 8883)
        #expect(above.contentAddresses == ["http://a/content", "https://b/content"])
        #expect(above.nodes.quietHours == ["22:00-04:30"])
    }

    @Test func `nights are quiet unless somebody writes that they are not`() async throws {
        let folder = try TemporaryFolder(prefix: "loa-setup")
        let path = try folder.write(Controller.configurationText(password: "secret"), to: "controller.yaml")
        let plain = try await ControllerConfiguration(path: path, environment: [:])
        #expect(plain.nodes.quietHours == ["21:00-05:00"])
        #expect(ControllerConfiguration().nodes.quietHours == ["21:00-05:00"])
        let never = try await ControllerConfiguration(path: path, environment: ["LOA_NODES_QUIET_HOURS": ""])
        #expect(never.nodes.quietHours == [])
    }

    @Test(arguments: [
        "http:\n  port: 70000\n", "mqtt:\n  port: 0\n", "mqtt:\n  version: \"4\"\n",
        "library:\n  maximumMegabytes: 0\n",
        "content:\n  addresses: [\"ftp://x\"]\n", "nodes:\n  quietHours: [\"late\"]\n", "http: [", "",
    ])
    func `a configuration that cannot be right is refused in words`(text: String) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("controller.yaml")
        if !text.isEmpty { try folder.write(text, to: "controller.yaml") }
        let error = await #expect(throws: ConfigurationError.self) {
            try await ControllerConfiguration(path: path, environment: [:])
        }
        #expect(error?.text.isEmpty == false)
    }

    @Test(arguments: [
        ("Asia/Ho_Chi_Minh", true), ("UTC", true), ("America/Argentina/Ushuaia", true), ("Mars/Base", false),
        ("", false),
        ("Asia", false), ("../../etc/passwd", false), ("/Asia/Ho_Chi_Minh", false), ("zone.tab", false),
        ("Asia/Ho_Chi_Minh\0", false),
    ])
    func `a time zone is known by its name in the tz database`(name: String, isKnown: Bool) {
        #expect(TimeZoneName.isKnown(name) == isKnown)
    }

    @Test func `a password is hashed as mosquitto does`() {
        // From Python's hashlib.pbkdf2_hmac("sha512", b"password", b"saltsaltsalt", 101).
        let expected =
            "FCG7EBo8zJik0YXy2GHzSQZMIgRMOw788yO4Bu88kcpf"
            + "FKpL26d4kQZwYWnUrhm5QP8Ay4tRcegPZigCc1KVBg=="
        #expect(
            Secret.mosquittoHash(of: "password", salt: Array("saltsaltsalt".utf8)) == "$7$101$c2FsdHNhbHRzYWx0$"
                + expected)
    }
}
