import Glibc

/// Reads files of the kernel, which are small and tell no length beforehand.
enum SmallFile {
    /// The first `limit` bytes of the file, as text.
    static func text(at path: String, limit: Int = 4096) throws(SystemError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open \(path)") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        var length = 0
        // Some files of the kernel come a page at a time.
        while length < limit {
            let count = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe read(descriptor, bytes.baseAddress.map { unsafe $0 + length }, limit - length)
            }
            guard count >= 0 else { throw .last("read \(path)") }
            if count == 0 { break }
            length += count
        }
        return String(decoding: bytes[0..<length], as: UTF8.self)
    }
}
