import Broadcasting
import ControllerAPI
import Crypto
import Testing

@testable import CommandLineClient

@Suite struct NodeSettingsFileTests {
    private let key = PublicKey(Curve25519.Signing.PrivateKey().publicKey)

    private func credentials(tls: Bool = false) throws -> NodeCredentials {
        NodeCredentials(
            node: try #require(NodeID(rawValue: "cl-01")),
            mqtt: .init(
                host: "loa.example.vn", port: tls ? 8883 : 1883, tls: tls, user: "cl-01", password: "p\"w\\d: #1"),
            trustedKey: key, scopes: [try #require(Scope("commune.cam-giang"))], timeZone: "Asia/Ho_Chi_Minh",
            contentAddresses: ["http://loa.example.vn:8080/content"])
    }

    @Test func `the file has the keys that a node reads`() throws {
        let text = NodeSettingsFile(credentials: try credentials()).text
        #expect(
            text == """
                # Settings of node cl-01, which obeys node.cl-01, commune.cam-giang.
                # Holds the node's password: keep the file readable by loa-node alone.
                node:
                  id: cl-01
                  state: /var/lib/loa-node
                mqtt:
                  host: loa.example.vn
                  port: 1883
                  username: cl-01
                  password: "p\\"w\\\\d: #1"
                  version: "5"
                  # tls: {ca: /etc/ssl/certs/ca-certificates.crt}
                device:
                  name: default
                  # capture: default    # a microphone before the horn, for the self-test
                trust:
                  keys:
                    - "\(key.x)"
                """)
    }

    @Test func `TLS and the older protocol are asked for where they are wanted`() throws {
        let text = NodeSettingsFile(credentials: try credentials(tls: true), olderProtocol: true).text
        #expect(text.contains("  version: \"3.1.1\"\n  tls:\n    ca: /etc/ssl/certs/ca-certificates.crt\ndevice:"))
    }

    @Test(arguments: [
        ("cl-01", "cl-01"), ("a.b_c/d", "a.b_c/d"), ("01", "\"01\""), ("1e3", "\"1e3\""), ("no", "\"no\""),
        ("True", "\"True\""), ("-x", "\"-x\""), ("", "\"\""), ("a: b", "\"a: b\""), ("10.0.0.1", "\"10.0.0.1\""),
        ("::1", "\"::1\""), ("a\nb", "\"a\\nb\""), ("\u{7}", "\"\\x07\""), ("bão", "\"bão\""),
    ])
    func `a scalar stays a string for every reader of YAML`(text: String, scalar: String) {
        #expect(NodeSettingsFile.scalar(text) == scalar)
    }
}
