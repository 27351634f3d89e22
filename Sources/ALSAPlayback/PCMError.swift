import CALSA
import Glibc

/// A call to ALSA that failed: the step, and ALSA's own words.
public struct PCMError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being done, for example `"open speaker"`.
    public let step: String
    /// ALSA's status, a negative `errno`.
    public let status: CInt

    init(_ step: String, status: CInt) {
        self.step = step
        self.status = status
    }

    /// Whether the device is gone; it must be opened again once it is back.
    public var isLoss: Bool {
        switch -status {
        case ENODEV, ENOENT, ENXIO, EBADFD, EIO, ENOTTY, EBADF, ESHUTDOWN: true
        default: false
        }
    }

    /// Whether the device ran dry.
    public var isUnderrun: Bool { -status == EPIPE }

    public var description: String { unsafe "\(step): \(String(cString: snd_strerror(status)))" }
}
