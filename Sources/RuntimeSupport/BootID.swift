/// Names one boot of this machine: a random identity that the kernel draws each time it starts.
///
/// Two records with the same boot can be put in order, and their distance measured, by the monotonic clock alone.
public struct BootID: Sendable, Hashable, CustomStringConvertible {
    /// The UUID in lower case, as the kernel writes it.
    public let value: String

    /// Takes an identity that was read before, for example from a journal.
    public init(value: String) {
        self.value = value
    }

    /// The identity of the boot that this process runs in.
    ///
    /// - Throws: `SystemError` when the kernel's file cannot be read.
    public static func current() throws(SystemError) -> BootID {
        let text = try SmallFile.text(at: "/proc/sys/kernel/random/boot_id")
        return BootID(value: String(text.prefix { $0 != "\n" }))
    }

    public var description: String { value }
}
