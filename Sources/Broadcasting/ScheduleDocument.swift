/// The programmes of a scope, and the manifest of the audio that they need. What is not in it is no longer in force.
public struct ScheduleDocument: DocumentBody {
    public var programmes: [Programme]
    public var manifest: [AudioReference]
    /// Programmes of the document that could not be read, each with the reason. They do not keep the others from sounding.
    public private(set) var unreadable: [UnreadableElement] = []

    public init(programmes: [Programme] = [], manifest: [AudioReference] = []) {
        self.programmes = programmes
        self.manifest = manifest
    }

    private enum CodingKeys: String, CodingKey { case programmes, manifest }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let list = try container.decode(LenientArray<Programme>.self, forKey: .programmes)
        programmes = list.elements
        unreadable = list.unreadable
        manifest = try container.decodeIfPresent(LenientArray<AudioReference>.self, forKey: .manifest)?.elements ?? []
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(programmes, forKey: .programmes)
        try container.encode(manifest, forKey: .manifest)
    }
}
