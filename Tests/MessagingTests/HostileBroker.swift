import BroadcastTesting
import Glibc
import Messaging
import RuntimeSupport

/// A server that welcomes MQTT clients, one after the other, and then sends each the same, for as long as it takes it.
final class HostileBroker: Sendable {
    let port: UInt16
    private let listener: CInt
    private let thread: NamedThread

    /// Sends `head` once, and then `repeated` until the client hangs up.
    init(head: [UInt8], repeated: [UInt8], version: MessagingConfiguration.Version) throws {
        let port = try LoopbackPort.free()
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(listener, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(listener, 8) == 0 else { throw SystemError("listen", number: errno) }
        self.port = port
        self.listener = listener
        let welcome: [UInt8] = version == .v5 ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0]
        thread = try NamedThread(name: "hostile") {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                defer { close(client) }
                guard unsafe recv(client, &buffer, buffer.count, 0) > 0 else { continue }
                guard Self.send(welcome + head, to: client) else { continue }
                while Self.send(repeated, to: client) {}
            }
        }
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        thread.join()
        close(listener)
    }

    private static func send(_ bytes: [UInt8], to client: CInt) -> Bool {
        unsafe Glibc.send(client, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
    }
}
