import Glibc

/// Reads files of the kernel, which are small and tell no length beforehand.
enum SmallFile {
    /// The first 4,096 bytes of the file, as text.
    static func text(at path: String) throws(SystemError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open \(path)") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .last("read \(path)") }
        return String(decoding: bytes[0..<count], as: UTF8.self)
    }
}
