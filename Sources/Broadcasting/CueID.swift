/// Names one occurrence of a broadcast or programme on a node: what is played at most once.
///
/// Written `broadcast/<id>/<number>`, `programme/<id>/<local start>/<fold>`.
public struct CueID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// What a cue is an occurrence of.
    public enum Kind: String, Codable, Sendable { case broadcast, programme }

    public let kind: Kind
    /// The broadcast's or programme's id.
    public let item: String
    /// The broadcast's occurrence number, or the programme's local start and fold.
    public let occurrence: String

    public init(broadcast: BroadcastID, number: Int) {
        kind = .broadcast
        item = broadcast.rawValue
        occurrence = "\(number)"
    }

    public init(programme: ProgrammeID, localStart: String, fold: Int) {
        kind = .programme
        item = programme.rawValue
        occurrence = "\(localStart)/\(fold)"
    }

    /// Reads the written form; nil when it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2).map(String.init)
        guard parts.count == 3, let kind = Kind(rawValue: parts[0]) else { return nil }
        self.kind = kind
        item = parts[1]
        occurrence = parts[2]
    }

    /// The broadcast that the cue is an occurrence of, and its number.
    public var broadcast: (id: BroadcastID, number: Int)? {
        guard kind == .broadcast, let id = BroadcastID(rawValue: item), let number = Int(occurrence) else { return nil }
        return (id, number)
    }

    /// The programme that the cue is an occurrence of, its local start and the fold.
    public var programme: (id: ProgrammeID, localStart: String, fold: Int)? {
        let parts = occurrence.split(separator: "/", omittingEmptySubsequences: false)
        guard kind == .programme, let id = ProgrammeID(rawValue: item), parts.count == 2, !parts[0].isEmpty,
            let fold = Int(parts[1])
        else { return nil }
        return (id, String(parts[0]), fold)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = CueID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a cue is kind/id/occurrence")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public static func < (left: CueID, right: CueID) -> Bool { left.description < right.description }

    public var description: String { "\(kind.rawValue)/\(item)/\(occurrence)" }
}
