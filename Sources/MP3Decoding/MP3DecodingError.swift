internal import CMPG123
internal import Glibc

/// What went wrong while decoding, at which step, in the words of libmpg123 or of the operating system.
public struct MP3DecodingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step that failed.
    public enum Step: String, Sendable, Hashable {
        /// A decoder could not be made: out of memory, or a libmpg123 without float output.
        case setup
        /// The file could not be opened, or is not a regular file.
        case open
        /// No MPEG audio was found where the file should begin with it.
        case format
        /// The stream broke off or lost its synchronisation; nothing more can be decoded.
        case read
        /// The asked-for frame could not be reached.
        case seek
        /// The file could not be measured.
        case scan
    }

    /// The step that failed.
    public let step: Step

    /// The library's error code, or `errno` for ``Step/open``.
    public let status: CInt

    /// The library's own words.
    public let reason: String

    public var description: String { "MP3 decoding failed at \(step.rawValue): \(reason) (\(status))" }

    init(_ step: Step, status: CInt) {
        self.step = step
        self.status = status
        reason = unsafe String(cString: mpg123_plain_strerror(status))
    }

    init(_ step: Step, errno code: CInt) {
        self.step = step
        status = code
        reason = unsafe String(cString: strerror(code))
    }

    init(_ step: Step, status: CInt, reason: String) {
        self.step = step
        self.status = status
        self.reason = reason
    }

    /// The error of a call that answered `MPG123_ERR`: the handle knows more than the answer says.
    init(_ step: Step, handle: OpaquePointer, status: CInt) {
        guard status == MPG123_ERR.rawValue else {
            self.init(step, status: status)
            return
        }
        let code = unsafe mpg123_errcode(handle)
        self.init(step, status: code, reason: unsafe String(cString: mpg123_strerror(handle)))
    }
}
