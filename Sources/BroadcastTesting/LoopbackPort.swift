import Glibc
import RuntimeSupport

/// Finds TCP ports for servers of a test.
public enum LoopbackPort {
    /// A port of 127.0.0.1 that nobody listens on now. Another process can take it before its server does.
    ///
    /// - Throws: `SystemError` when there is none.
    public static func free() throws -> UInt16 {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket", number: errno) }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard unsafe bind(descriptor, pointer, size) == 0 else { return CInt(-1) }
                return unsafe getsockname(descriptor, pointer, &size)
            }
        }
        guard status == 0 else { throw SystemError("find a free port", number: errno) }
        return UInt16(bigEndian: address.sin_port)
    }
}
