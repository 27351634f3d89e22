/// The topics of the protocol, all under `loa/v1`.
public enum Topic: Hashable, Codable, Sendable, CustomStringConvertible {
    case settings(NodeID)
    case schedule(Scope)
    case broadcasts(Scope)
    case receipt(NodeID)
    case journal(NodeID)
    case presence(NodeID)
    case health(NodeID)

    /// Reads a topic's name; nil unless it is one of the protocol's.
    public init?(_ name: String) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[0] == "loa", parts[1] == "v1" else { return nil }
        if parts[2] == "scopes" {
            guard let scope = Scope(parts[3]) else { return nil }
            switch parts[4] {
            case "schedule": self = .schedule(scope)
            case "broadcasts": self = .broadcasts(scope)
            default: return nil
            }
            return
        }
        guard parts[2] == "nodes", let node = NodeID(rawValue: parts[3]) else { return nil }
        switch parts[4] {
        case "settings": self = .settings(node)
        case "receipt": self = .receipt(node)
        case "journal": self = .journal(node)
        case "presence": self = .presence(node)
        case "health": self = .health(node)
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .settings(let node): "loa/v1/nodes/\(node)/settings"
        case .schedule(let scope): "loa/v1/scopes/\(scope)/schedule"
        case .broadcasts(let scope): "loa/v1/scopes/\(scope)/broadcasts"
        case .receipt(let node): "loa/v1/nodes/\(node)/receipt"
        case .journal(let node): "loa/v1/nodes/\(node)/journal"
        case .presence(let node): "loa/v1/nodes/\(node)/presence"
        case .health(let node): "loa/v1/nodes/\(node)/health"
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let topic = Topic(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a topic of loa/v1")
        }
        self = topic
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
