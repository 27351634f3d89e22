import Glibc

/// What puts the amplifier's power on and off.
///
/// Calls come from one thread at a time, and may wait for the hardware.
public protocol AmplifierSwitch: Sendable {
    /// Puts the power on or off. Called again with the same value it does no harm.
    ///
    /// - Throws: when the hardware does not do it; it is tried again later.
    func set(_ isOn: Bool) throws(AmplifierError)

    /// Looks whether the power could be switched, and switches nothing.
    ///
    /// - Throws: what is in the way; `EBUSY` when another program has the relay.
    func probe() throws(AmplifierError)
}

/// An amplifier that cannot be switched: the step that failed, and what the system says of it.
public struct AmplifierError: Error, Sendable, Hashable, CustomStringConvertible {
    public let step: String
    /// The `errno` of the step.
    public let number: CInt

    /// Names the `step` that failed with `number`.
    public init(_ step: String, number: CInt) {
        self.step = step
        self.number = number
    }

    public var description: String { unsafe "\(step): \(String(cString: strerror(number)))" }
}
