import Glibc

/// A call of the operating system that failed: the step, and the kernel's own words.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being done, for example `"open /var/lib/loa/journal"`.
    public let step: String
    /// The `errno` of the call.
    public let number: CInt

    /// Names the `step` that failed with `number`.
    public init(_ step: String, number: CInt) {
        self.step = step
        self.number = number
    }

    /// Names the `step` that has just failed, with the calling thread's `errno`.
    static func last(_ step: String) -> SystemError {
        SystemError(step, number: errno)
    }

    public var description: String { "\(step): \(Self.words(for: number))" }

    /// The system's words for an error number, for example "Permission denied".
    public static func words(for number: CInt) -> String {
        unsafe String(cString: strerror(number))
    }
}
