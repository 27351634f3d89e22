import CGPIO
import Glibc

/// A relay on a line of a GPIO chip.
///
/// The line is taken with the first call of `set` and held from then on; the kernel lets it go when the program ends, however it
/// ends. Used by one thread at a time.
@safe
public final class GPIOSwitch: AmplifierSwitch, @unchecked Sendable {
    // Unchecked: the protocol promises one caller at a time.

    private let chipName: String
    private let lineName: String
    private let isActiveLow: Bool
    private var chip: OpaquePointer?
    private var line: OpaquePointer?

    /// Describes the relay; touches nothing yet.
    ///
    /// - Parameters:
    ///   - chip: its name (`gpiochip0`), path, number or label, as `gpiodetect` lists them.
    ///   - line: its number on the chip or its name, as `gpioinfo` lists them.
    ///   - isActiveLow: whether the relay is on while the line is low.
    public init(chip: String, line: String, isActiveLow: Bool) {
        chipName = chip
        lineName = line
        self.isActiveLow = isActiveLow
    }

    deinit {
        release()
    }

    public func set(_ isOn: Bool) throws(AmplifierError) {
        guard let line = unsafe line else { return try request(isOn) }
        guard unsafe gpiod_line_set_value(line, isOn ? 1 : 0) == 0 else {
            let failure = AmplifierError("switch line \(lineName) of \(chipName)", number: errno)
            // A chip on USB may come back, and is then another one.
            release()
            throw failure
        }
    }

    /// Gives the line back.
    public func release() {
        if let line = unsafe line { unsafe gpiod_line_release(line) }
        if let chip = unsafe chip { unsafe gpiod_chip_close(chip) }
        unsafe line = nil
        unsafe chip = nil
    }

    public func probe() throws(AmplifierError) {
        let (chip, line) = unsafe try find()
        defer { unsafe gpiod_chip_close(chip) }
        if unsafe gpiod_line_is_used(line) {
            throw AmplifierError("take line \(lineName) of \(chipName)", number: EBUSY)
        }
    }

    /// Opens the chip, which whoever calls must close, and finds the line on it.
    private func find() throws(AmplifierError) -> (chip: OpaquePointer, line: OpaquePointer) {
        guard let opened = unsafe gpiod_chip_open_lookup(chipName) else {
            throw AmplifierError("open the GPIO chip \(chipName)", number: errno)
        }
        let found =
            if let number = UInt32(lineName) {
                unsafe gpiod_chip_get_line(opened, number)
            } else {
                unsafe gpiod_chip_find_line(opened, lineName)
            }
        guard let found = unsafe found else {
            let number = errno
            unsafe gpiod_chip_close(opened)
            throw AmplifierError("find line \(lineName) on \(chipName)", number: number)
        }
        return unsafe (opened, found)
    }

    private func request(_ isOn: Bool) throws(AmplifierError) {
        let (opened, found) = unsafe try find()
        let flags = isActiveLow ? CInt(GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW) : 0
        guard unsafe gpiod_line_request_output_flags(found, "loa-node", flags, isOn ? 1 : 0) == 0 else {
            let number = errno
            unsafe gpiod_chip_close(opened)
            throw AmplifierError("take line \(lineName) of \(chipName)", number: number)
        }
        unsafe chip = opened
        unsafe line = found
    }
}
