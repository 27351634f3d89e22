import Glibc

/// How much memory this process holds.
public struct ProcessMemory: Sendable, Hashable {
    /// Bytes that are in RAM now.
    public let resident: Int
    /// The most bytes that were in RAM at one time.
    public let peak: Int

    /// Asks the kernel.
    ///
    /// - Throws: `SystemError` when `/proc` is not there.
    public static func current() throws(SystemError) -> ProcessMemory {
        let fields = try SmallFile.text(at: "/proc/self/statm").split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { throw SystemError("parse statm", number: EINVAL) }
        var usage = rusage()
        guard unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { throw .last("getrusage") }
        let resident = pages * Int(sysconf(CInt(_SC_PAGESIZE)))
        // The kernel updates the peak now and then, so that it can be behind the present.
        return ProcessMemory(resident: resident, peak: max(resident, Int(usage.ru_maxrss) * 1024))
    }
}
