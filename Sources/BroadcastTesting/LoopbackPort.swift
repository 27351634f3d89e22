import Glibc
import RuntimeSupport

/// Finds TCP ports for servers of a test.
public enum LoopbackPort {
    /// Below the ports that the kernel gives to connections: a server that is started later, or again, finds its port as it was.
    private static let range: Range<UInt16> = 12_000..<32_000
    /// Ports that were given out. Each is given once in a process.
    private static let given = Locked<Set<UInt16>>([])

    /// A port of 127.0.0.1 that nobody listens on now, and that no other test of this process is given.
    ///
    /// - Throws: `SystemError` when there is none.
    public static func free() throws -> UInt16 {
        for _ in 0..<1000 {
            let port = UInt16.random(in: range)
            guard given.withLock({ $0.insert(port).inserted }) else { continue }
            if try isFree(port) { return port }
        }
        throw SystemError("find a free port", number: EADDRINUSE)
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket", number: errno) }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, size) == 0
            }
        }
    }
}
