/// The broadcasts in force for a scope, and whether the scope is halted. What is not in it is no longer in force.
public struct BroadcastsDocument: DocumentBody {
    public var broadcasts: [Broadcast]
    public var halt: Halt?
    /// Broadcasts of the document that could not be read, each with the reason. They do not keep the others from sounding.
    public private(set) var unreadable: [UnreadableElement] = []

    public init(broadcasts: [Broadcast] = [], halt: Halt? = nil) {
        self.broadcasts = broadcasts
        self.halt = halt
    }

    private enum CodingKeys: String, CodingKey { case broadcasts, halt }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let list = try container.decode(LenientArray<Broadcast>.self, forKey: .broadcasts)
        broadcasts = list.elements
        unreadable = list.unreadable
        halt = try container.decodeIfPresent(Halt.self, forKey: .halt)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(broadcasts, forKey: .broadcasts)
        try container.encodeIfPresent(halt, forKey: .halt)
    }
}
