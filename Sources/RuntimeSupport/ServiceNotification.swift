import CLinux
import Glibc

/// Tells the service manager how this process is: ready, stopping, alive, or doing what.
///
/// Speaks systemd's protocol (`sd_notify(3)`): datagrams of `NAME=value` lines to the Unix socket named by `NOTIFY_SOCKET`. Without
/// such a socket, that is without a manager, every call does nothing.
public struct ServiceNotification: Sendable {
    /// The socket, or nil when nobody listens.
    public let socketPath: String?
    /// How often the manager wants to be pinged at the latest, or nil when it does not watch this process.
    public let watchdogInterval: Duration?

    /// True when a service manager listens.
    public var isSupervised: Bool { socketPath != nil }

    /// Takes what the manager put into the `environment`: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    public init(environment: [String: String]) {
        self.init(environment: environment, process: getpid())
    }

    init(environment: [String: String], process: pid_t) {
        let path = environment["NOTIFY_SOCKET"]
        // Other kinds of address (vsock) exist for virtual machines and are not meant for us.
        socketPath = path.flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let addressed = environment["WATCHDOG_PID"].map { pid_t($0) == process } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        let isWatched = socketPath != nil && addressed && microseconds > 0
        watchdogInterval = isWatched ? .microseconds(microseconds) : nil
    }

    /// Says that the service is up; with `Type=notify` the start counts as done only now.
    @discardableResult
    public func ready(status: String? = nil) -> Bool {
        send(["READY=1"] + lines(status: status))
    }

    /// Says that the service has begun to stop.
    @discardableResult
    public func stopping(status: String? = nil) -> Bool {
        send(["STOPPING=1"] + lines(status: status))
    }

    /// Sets the line that `systemctl status` shows.
    @discardableResult
    public func status(_ text: String) -> Bool {
        send(lines(status: text))
    }

    /// Says that the service is alive. See `Watchdog`.
    @discardableResult
    public func pingWatchdog() -> Bool {
        send(["WATCHDOG=1"])
    }

    /// Sends lines of `NAME=value` in one datagram. Waits for at most a second, when the manager's queue is full.
    ///
    /// - Returns: whether the manager's socket took them; false also when there is none.
    @discardableResult
    public func send(_ lines: [String]) -> Bool {
        guard let socketPath, !lines.isEmpty, var address = Self.address(for: socketPath) else { return false }
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let bytes = Array(lines.joined(separator: "\n").utf8)
        // The length says where an abstract name ends: no terminating zero for those.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + socketPath.utf8.count)
        let sent = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe sendto(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), pointer, length)
            }
        }
        return sent == bytes.count
    }

    private func lines(status: String?) -> [String] {
        guard let status else { return [] }
        return ["STATUS=" + String(status.map { $0.isNewline ? " " : $0 })]
    }

    /// The socket's address: a path, or with a leading `@` a name in the abstract namespace. Nil when it is too long.
    private static func address(for path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard bytes.count < room.count else { return false }
            unsafe room.copyBytes(from: bytes)
            return true
        }
        return fits ? address : nil
    }
}
