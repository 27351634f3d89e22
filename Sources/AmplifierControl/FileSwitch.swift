import Glibc

/// A relay that the kernel, or another program, drives by what is written to a file: `1` for on and `0` for off, as in
/// `/sys/class/gpio/gpio17/value` and `/sys/class/leds/relay/brightness`.
public struct FileSwitch: AmplifierSwitch {
    private let path: String
    private let isActiveLow: Bool

    /// Describes the relay; touches nothing yet.
    ///
    /// - Parameter isActiveLow: whether `0` means on.
    public init(path: String, isActiveLow: Bool) {
        self.path = path
        self.isActiveLow = isActiveLow
    }

    public func set(_ isOn: Bool) throws(AmplifierError) {
        // Not made when it is missing: whoever drives the relay makes it.
        let file = unsafe open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard file >= 0 else { throw AmplifierError("open \(path)", number: errno) }
        defer { close(file) }
        var text: (UInt8, UInt8) = (isOn != isActiveLow ? 0x31 : 0x30, 0x0A)
        guard unsafe write(file, &text, 2) == 2 else { throw AmplifierError("write \(path)", number: errno) }
    }

    public func probe() throws(AmplifierError) {
        guard unsafe access(path, W_OK) == 0 else { throw AmplifierError("write \(path)", number: errno) }
    }
}
