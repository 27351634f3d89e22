import Glibc

/// The program's code and constants in memory, and those of the libraries that it has loaded.
public enum ProgramText {
    /// Gives back to the kernel what is mapped of them. What is used again comes back at its first use, from the page cache,
    /// within microseconds; what only the start or a download needed stays away. Touches nothing that was ever written to.
    ///
    /// - Returns: how many bytes were looked through.
    @discardableResult
    public static func release() -> Int {
        guard let file = unsafe fopen("/proc/self/maps", "re") else { return 0 }
        defer { unsafe fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { unsafe free(line) }
        var bytes = 0
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
            let length = Int(bounds[1] - bounds[0])
            if unsafe madvise(start, length, MADV_DONTNEED) == 0 { bytes += length }
        }
        return bytes
    }
}
