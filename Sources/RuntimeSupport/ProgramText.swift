import CLinux
import Glibc
import Synchronization

/// The program's code and constants in memory, and those of the libraries that it has loaded.
public enum ProgramText {
    private static let isLocked = Atomic<Bool>(false)

    /// Keeps the code in RAM, each page from its first use on. Where there is no swap, code is what the kernel drops when memory is
    /// short, and reads from the disk again at the next call.
    static func lock() -> RealtimePrivilege {
        var refusal: RealtimePrivilege?
        let couldRead = unsafe forEachMapping { memory, isCode in
            guard isCode else { return }
            let verdict = unsafe RealtimePrivilege.lock(UnsafeRawBufferPointer(memory))
            if verdict != .granted { refusal = refusal ?? verdict }
        }
        guard couldRead else { return .refused(SystemError("read /proc/self/maps", number: EIO)) }
        // Also what is locked in part must be unlocked to be given back.
        isLocked.store(true, ordering: .relaxed)
        return refusal ?? .granted
    }

    /// Gives back to the kernel what is mapped of them. What is used again comes back at its first use, from the page cache,
    /// within microseconds; what only the start or a download needed stays away. Touches nothing that was ever written to. Code that
    /// was locked is so again, from its next use on.
    ///
    /// - Returns: how many bytes were looked through.
    @discardableResult
    public static func release() -> Int {
        let isLocked = isLocked.load(ordering: .relaxed)
        var bytes = 0
        unsafe forEachMapping { memory, isCode in
            if isLocked, isCode { _ = unsafe munlock(memory.baseAddress, memory.count) }
            if unsafe madvise(memory.baseAddress, memory.count, MADV_DONTNEED) == 0 { bytes += memory.count }
            if isLocked, isCode { _ = unsafe RealtimePrivilege.lock(UnsafeRawBufferPointer(memory)) }
        }
        return bytes
    }

    /// Calls `body` with each piece of code or of constants, and whether it is code. Returns whether the kernel tells.
    @discardableResult
    private static func forEachMapping(_ body: (UnsafeMutableRawBufferPointer, Bool) -> Void) -> Bool {
        guard let file = unsafe fopen("/proc/self/maps", "re") else { return false }
        defer { unsafe fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { unsafe free(line) }
        while unsafe getline(&line, &capacity, file) > 0, let text = unsafe line {
            // 55d0-55e0 r-xp 00001000 fe:00 1234   /usr/bin/loa-node
            let fields = unsafe String(cString: text).split(whereSeparator: \.isWhitespace)
            guard fields.count >= 6, fields[5].hasPrefix("/") else { continue }
            // Constants that the loader has relocated lie in a segment of their own, never at the file's beginning.
            let isCode = fields[1] == "r-xp"
            let isConstant = fields[1] == "r--p" && fields[2].allSatisfy { $0 == "0" }
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard isCode || isConstant, bounds.count == 2, bounds[0] < bounds[1],
                let start = unsafe UnsafeMutableRawPointer(bitPattern: bounds[0])
            else { continue }
            unsafe body(UnsafeMutableRawBufferPointer(start: start, count: Int(bounds[1] - bounds[0])), isCode)
        }
        return true
    }
}
