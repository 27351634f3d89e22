/// What libmosquitto's callbacks have told since the network thread last looked.
///
/// Belongs to one connection and to the network thread: the library calls back only from within its own calls.
final class ConnectionReport {
    struct Welcome {
        var code: Int
        var sessionPresent: Bool
        /// The broker's own keep-alive in seconds, which then rules.
        var keepAlive: UInt16?
        var retainsMessages: Bool
    }

    let maximumPayload: Int
    var welcome: Welcome?
    var ending: CInt?
    var messages: [Message] = []
    var dropped = 0
    /// Whether the library has acknowledged something to the broker, which counts as traffic.
    var hasAnswered = false
    var acknowledged: [(identifier: CInt, code: CInt)] = []
    var subscribed: [(identifier: CInt, codes: [CInt])] = []
    /// Whether a packet has come to its end, of any kind.
    var hasWholePacket = false
    /// Whether a message of QoS 2 came. The library keeps those until they are released, as many as come.
    var hasUnaskedQuality = false
    /// The library's last complaint, for failures that it explains only there.
    var complaint: String?

    init(maximumPayload: Int) {
        self.maximumPayload = maximumPayload
    }
}
