/// Why a stream cannot be passed on, in words that say what to do about it.
public enum RelayError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The server answered with a status that is no success.
    case status(Int)
    /// A web page came, not a stream: the address of the page was given instead of the stream's.
    case webPage
    /// Another kind of sound than MP3, as the server or the bytes say.
    case otherFormat(String)
    /// An HLS playlist, which is a way of its own to send sound.
    case hls
    /// So many bytes came without a frame of MP3.
    case noFrames
    /// A playlist without an address of http or https in it.
    case emptyPlaylist
    /// Playlists that lead to playlists, and so on.
    case nestedPlaylists
    /// A playlist that is longer than any is.
    case longPlaylist
    /// A server that sends, but so little that no frame of MP3 comes of it in time.
    case trickle
    /// The server ended the stream.
    case ended

    public var description: String {
        switch self {
        case .status(let status): "the server answered with status \(status)"
        case .webPage: "this is a web page, not a stream: the address of the stream itself is needed"
        case .otherFormat(let what): "the stream is \(what): only MP3 is relayed"
        case .hls: "this is an HLS playlist: only MP3 streams are relayed"
        case .noFrames: "what the server sends is no MP3"
        case .emptyPlaylist: "the playlist names no http or https address"
        case .nestedPlaylists: "the playlist leads to playlists without an end"
        case .longPlaylist: "the playlist is too long"
        case .trickle: "the server sends too little to hear anything"
        case .ended: "the server ended the stream"
        }
    }
}
