import Glibc
import RuntimeSupport

/// A server of the loopback that does what its script says, however wrong that is: for the clients that must bear it.
///
/// The n-th connection gets the n-th part of the script, and those that follow the last one. Each has a thread of its own.
public final class ScriptedRadio: Sendable {
    /// What the server does next.
    public enum Step: Sendable {
        /// Sends bytes, as fast as the client takes them.
        case send([UInt8])
        /// Sends bytes, so many a second.
        case pace([UInt8], bytesPerSecond: Int)
        /// Sends bytes again and again, until the client is gone.
        case flood([UInt8])
        /// Sends nothing more, and holds the connection until the client is gone.
        case hold

        /// Sends text.
        public static func text(_ text: String) -> Step { .send(Array(text.utf8)) }
    }

    /// The port that it listens on.
    public let port: UInt16
    private let descriptor: CInt
    private let state = Locked((requests: [Request](), isOver: false, clients: Set<CInt>()))
    private let script: [[Step]]

    /// Starts to listen.
    ///
    /// - Throws: `SystemError` when it cannot.
    public init(_ script: [[Step]]) throws {
        precondition(!script.isEmpty, "a script has a part for the first connection")
        self.script = script
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket", number: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = descriptor
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard unsafe bind(listener, pointer, size) == 0, listen(listener, 64) == 0 else { return CInt(-1) }
                return unsafe getsockname(listener, pointer, &size)
            }
        }
        guard status == 0 else {
            close(listener)
            throw SystemError("listen", number: errno)
        }
        port = UInt16(bigEndian: address.sin_port)
        let (script, state) = (script, state)
        _ = try NamedThread(name: "scripted-radio") { Self.accept(on: listener, script, state) }
    }

    deinit {
        state.withLock { state in
            state.isOver = true
            for client in state.clients { shutdown(client, CInt(SHUT_RDWR)) }
        }
        shutdown(descriptor, CInt(SHUT_RDWR))
    }

    /// The address of `path` on it.
    public func url(_ path: String = "live") -> String { "http://127.0.0.1:\(port)/\(path)" }

    /// The heads of all requests so far.
    public var requests: [String] { state.withLock { $0.requests.map(\.head) } }

    /// When they came, on the monotonic clock in nanoseconds.
    public var requestTimes: [Int64] { state.withLock { $0.requests.map(\.time) } }

    private struct Request {
        var head: String
        var time: Int64
    }

    private typealias State = Locked<(requests: [Request], isOver: Bool, clients: Set<CInt>)>

    private static func accept(on listener: CInt, _ script: [[Step]], _ state: State) {
        var number = 0
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else {
                close(listener)
                return
            }
            let part = script[min(number, script.count - 1)]
            number += 1
            state.withLock { _ = $0.clients.insert(client) }
            if state.withLock({ $0.isOver }) { shutdown(client, CInt(SHUT_RDWR)) }
            _ = try? NamedThread(name: "radio-client") {
                serve(client, part, state)
                state.withLock { state in
                    _ = state.clients.remove(client)
                    // Also where a program that was started meanwhile has inherited it.
                    shutdown(client, CInt(SHUT_RDWR))
                    close(client)
                }
            }
        }
    }

    private static func serve(_ client: CInt, _ steps: [Step], _ state: State) {
        guard let head = readHead(client) else { return }
        state.withLock { $0.requests.append(Request(head: head, time: MonotonicClock.nanoseconds)) }
        for step in steps {
            switch step {
            case .send(let bytes):
                guard send(bytes[...], to: client) else { return }
            case .flood(let bytes):
                while send(bytes[...], to: client) {}
                return
            case .hold:
                var byte: UInt8 = 0
                while unsafe recv(client, &byte, 1, 0) > 0 {}
            case .pace(let bytes, let rate):
                guard pace(bytes, rate, to: client) else { return }
            }
        }
        // What was sent is to arrive before the end does.
        shutdown(client, CInt(SHUT_WR))
        var byte: UInt8 = 0
        while unsafe recv(client, &byte, 1, 0) > 0 {}
    }

    private static func pace(_ bytes: [UInt8], _ rate: Int, to client: CInt) -> Bool {
        let began = MonotonicClock.nanoseconds
        var sent = 0
        while sent < bytes.count {
            let due = Int(Double(MonotonicClock.nanoseconds - began) / 1e9 * Double(rate))
            if due > sent {
                let end = min(due, bytes.count)
                guard send(bytes[sent..<end], to: client) else { return false }
                sent = end
            }
            // Readable means that the client has gone: it says nothing after its request.
            var descriptor = pollfd(fd: client, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&descriptor, 1, 20) > 0 { return false }
        }
        return true
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to client: CInt) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = unsafe Glibc.send(
                    client, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done, CInt(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    private static func readHead(_ client: CInt) -> String? {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while head.count < 65_536, !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard unsafe recv(client, &byte, 1, 0) == 1 else { return nil }
            head.append(byte)
        }
        return String(decoding: head, as: UTF8.self)
    }
}
