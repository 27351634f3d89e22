/// The programmes of a scope, and the manifest of the audio that they need.
public struct ScheduleDocument: DocumentBody {
    public var programmes: [Programme]
    public var manifest: [AudioReference]

    public init(programmes: [Programme] = [], manifest: [AudioReference] = []) {
        self.programmes = programmes
        self.manifest = manifest
    }
}
