import Broadcasting
import ControllerAPI

/// The file from which a node learns who it is, where its broker is, and whom it believes.
struct NodeSettingsFile {
    let credentials: NodeCredentials
    /// Whether the node speaks MQTT 3.1.1, for a broker that has nothing newer.
    var olderProtocol = false

    /// YAML, ready for `/etc/loa/node.yaml`. It holds the node's password.
    var text: String {
        let broker = credentials.mqtt
        let trust = broker.tls ? "  tls:\n    ca: \(Self.certificates)" : "  # tls: {ca: \(Self.certificates)}"
        return """
            # Settings of node \(credentials.node), which obeys \(scopes).
            # Holds the node's password: keep the file readable by loa-node alone.
            node:
              id: \(Self.scalar(credentials.node.rawValue))
              state: /var/lib/loa-node
            mqtt:
              host: \(Self.scalar(broker.host))
              port: \(broker.port)
              username: \(Self.scalar(broker.user))
              password: \(Self.quoted(broker.password))
              version: \(olderProtocol ? "\"3.1.1\"" : "\"5\"")
            \(trust)
            device:
              name: default
              # capture: default    # a microphone before the horn, for the self-test
            trust:
              keys:
                - \(Self.quoted(credentials.trustedKey.x))
            """
    }

    private static let certificates = "/etc/ssl/certs/ca-certificates.crt"

    private var scopes: String {
        ([Scope.node(credentials.node)] + credentials.scopes).map(\.description).joined(separator: ", ")
    }

    /// `text` plain where YAML reads it as a string and nothing else, in quotes otherwise.
    static func scalar(_ text: String) -> String {
        let words: Set = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        let isPlain =
            text.first.map { $0.isASCII && $0.isLetter } ?? false
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/".contains($0)) }
        return isPlain && !words.contains(text.lowercased()) ? text : quoted(text)
    }

    /// `text` as a double-quoted scalar of YAML 1.2.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                let hex = String(scalar.value, radix: 16)
                result += "\\x" + (hex.count < 2 ? "0" : "") + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
