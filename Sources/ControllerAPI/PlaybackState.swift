/// How far one occurrence of a broadcast has come on one node.
public enum PlaybackState: String, Codable, Sendable, CaseIterable {
    /// The node has said nothing of it yet.
    case waiting
    /// The node knows of it.
    case accepted
    /// Its audio is on the node.
    case fetched
    case playing
    /// Something else has the loudspeaker; with `final`, it ended so.
    case interrupted
    /// Its last frame left the device.
    case finished
    case stopped, refused, missed, failed
}
