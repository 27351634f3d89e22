import CALSA
import Glibc

/// A call to ALSA that failed: the step, and ALSA's own words, or what to do where they do not help.
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

    /// Whether another program has the device.
    public var isInUse: Bool { -status == EBUSY }

    public var description: String {
        guard !isInUse else {
            return "\(step): in use by another program (`fuser -v /dev/snd/*` says which); "
                + "if it is the node's service: `systemctl stop loa-node`"
        }
        return unsafe "\(step): \(String(cString: snd_strerror(status)))"
    }
}
