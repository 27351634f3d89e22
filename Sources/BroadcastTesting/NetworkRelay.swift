import Glibc
import RuntimeSupport

/// A piece of network between a client and a server on this machine, which a test can cut, silence and mend.
///
/// Listens on a port of its own and passes bytes both ways. One thread serves all connections.
public final class NetworkRelay: Sendable {
    /// What the network does with bytes and connections.
    public enum Condition: Sendable, Hashable {
        /// Everything passes.
        case good
        /// Connections are broken, and new ones are refused.
        case cut
        /// Connections stay and are accepted, but nothing passes: a dead modem.
        case silent
    }

    /// Where clients connect to, on 127.0.0.1.
    public let port: UInt16
    private let shared: Locked<RelayState>
    private let wakeUp: WakeUp
    private let settled: WakeUp
    private let thread: NamedThread

    /// Relays to `destination` on 127.0.0.1.
    ///
    /// - Throws: `SystemError` when there is no port or no descriptor.
    public init(to destination: UInt16) throws {
        let port = try LoopbackPort.free()
        let wakeUp = try WakeUp()
        let settled = try WakeUp()
        let shared = Locked(RelayState())
        self.port = port
        self.wakeUp = wakeUp
        self.settled = settled
        self.shared = shared
        thread = try NamedThread(name: "relay") {
            var loop = RelayLoop(port: port, destination: destination, wakeUp: wakeUp, settled: settled, shared: shared)
            loop.run()
        }
        waitUntilSettled()
    }

    deinit {
        shared.withLock { $0.isEnding = true }
        wakeUp.signal()
        thread.join()
    }

    /// Changes the network, and returns when the change is in force.
    public func set(_ condition: Condition) {
        let isNew = shared.withLock { state in
            defer { state.condition = condition }
            return state.condition != condition
        }
        guard isNew else { return }
        wakeUp.signal()
        waitUntilSettled()
    }

    /// Waits, some microseconds, until the thread has taken the condition in.
    private func waitUntilSettled() {
        var descriptor = pollfd(fd: settled.descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&descriptor, 1, -1)
        settled.clear()
    }
}

private struct RelayState {
    var condition = NetworkRelay.Condition.good
    var isEnding = false
}

/// The relay's thread.
private struct RelayLoop {
    let port: UInt16
    let destination: UInt16
    let wakeUp: WakeUp
    let settled: WakeUp
    let shared: Locked<RelayState>
    var listener: CInt = -1
    var pairs: [(client: CInt, server: CInt)] = []

    mutating func run() {
        var inForce: NetworkRelay.Condition?
        while true {
            let (condition, isEnding) = shared.withLock { ($0.condition, $0.isEnding) }
            if isEnding { break }
            if condition == .cut {
                closeAll()
            } else if listener < 0 {
                listener = Self.listening(on: port)
            }
            if inForce != condition { settled.signal() }
            inForce = condition
            serve(isSilent: condition == .silent)
        }
        closeAll()
    }

    private mutating func serve(isSilent: Bool) {
        var descriptors = [
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
        ]
        for pair in pairs {
            descriptors.append(pollfd(fd: isSilent ? -1 : pair.client, events: Int16(POLLIN), revents: 0))
            descriptors.append(pollfd(fd: isSilent ? -1 : pair.server, events: Int16(POLLIN), revents: 0))
        }
        _ = unsafe poll(&descriptors, nfds_t(descriptors.count), -1)
        if descriptors[0].revents != 0 { wakeUp.clear() }
        var open: [(client: CInt, server: CInt)] = []
        for (index, pair) in pairs.enumerated() {
            let forward = descriptors[2 + 2 * index].revents == 0 || Self.pass(from: pair.client, to: pair.server)
            let back = descriptors[3 + 2 * index].revents == 0 || Self.pass(from: pair.server, to: pair.client)
            if forward && back {
                open.append(pair)
            } else {
                Self.end(pair)
            }
        }
        pairs = open
        if descriptors[1].revents != 0 { acceptOne() }
    }

    private mutating func acceptOne() {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        let server = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let connected = unsafe Self.withLoopback(destination) { unsafe connect(server, $0, $1) }
        guard connected == 0 else {
            close(client)
            close(server)
            return
        }
        pairs.append((client, server))
    }

    private mutating func closeAll() {
        if listener >= 0 { close(listener) }
        listener = -1
        for pair in pairs { Self.end(pair) }
        pairs = []
    }

    /// Ends both connections, also where a program that was started meanwhile has inherited them: `accept` has no flag against that.
    private static func end(_ pair: (client: CInt, server: CInt)) {
        for descriptor in [pair.client, pair.server] {
            shutdown(descriptor, CInt(SHUT_RDWR))
            close(descriptor)
        }
    }

    /// Passes what has come; false at the end of the stream.
    private static func pass(from source: CInt, to target: CInt) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(source, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        return unsafe send(target, buffer, count, CInt(MSG_NOSIGNAL)) == count
    }

    private static func listening(on port: UInt16) -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: CInt = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        let bound = unsafe withLoopback(port) { unsafe bind(descriptor, $0, $1) }
        guard bound == 0, listen(descriptor, 64) == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    private static func withLoopback(
        _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe body(pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
