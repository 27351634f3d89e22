import CALSA
import Glibc

/// What went wrong with a device that is open, as the audio thread meets it: the step, and ALSA's own status.
///
/// Plain bits, so that nothing is counted or freed where it is thrown and caught; `PCMError` puts it into words with a name.
public struct PCMFault: Error, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// What was being done, for example `"write to the device"`.
    let step: StaticString
    /// ALSA's status, a negative `errno`.
    public let status: CInt

    init(_ step: StaticString, status: CInt) {
        self.step = step
        self.status = status
    }

    /// The device has gone.
    public static var gone: PCMFault { PCMFault("play on the device", status: -ENODEV) }

    /// The device says that it plays, and does not move.
    public static var stalled: PCMFault { PCMFault("see the device move", status: -ETIMEDOUT) }

    /// Whether the device ran dry.
    public var isUnderrun: Bool { -status == EPIPE }

    /// Whether the machine was suspended.
    public var isSuspension: Bool { -status == ESTRPIPE }

    /// Whether the device has gone.
    public var isLoss: Bool { -status == ENODEV }

    public var description: String { unsafe "\(step): \(String(cString: snd_strerror(status)))" }
}
