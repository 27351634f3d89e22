import Glibc
import RuntimeSupport

/// Stands between libmosquitto and the network: passes what comes on in small portions, and counts it.
///
/// The library makes room for a packet as large as its sender announces, up to 256 MB, and one call reads on until the packet is whole
/// or the network has nothing more: a fast sender decides how much memory that takes. So the library's descriptor becomes one end of
/// a local pair of sockets, and the network is read here. Under TLS it is the encrypted bytes that pass.
///
/// Owns the network's descriptor and the other end of the pair; nothing here ever blocks but `finish`.
@safe
struct MeteredSocket: ~Copyable {
    /// Bytes that came since `restartCount`.
    private(set) var count = 0
    /// True when nothing more will come, and the library was told: polling for more would spin.
    private var hasEnded = false
    private let network: CInt
    /// The other end of the pair that the library has.
    private let end: CInt
    private var incoming = [UInt8](repeating: 0, count: 16_384)
    private var outgoing = [UInt8](repeating: 0, count: 16_384)
    /// What of `outgoing` the network has not taken.
    private var remainder = 0..<0

    /// Puts itself between the network and the library, which goes on with the same number of a descriptor.
    ///
    /// - Parameter socket: the library's, connected.
    init(replacing socket: CInt) throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        guard unsafe socketpair(AF_UNIX, CInt(kind), 0, &ends) == 0 else {
            throw SystemError("socketpair", number: errno)
        }
        defer { close(ends[1]) }
        let network = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        guard network >= 0, dup2(ends[1], socket) >= 0 else {
            let number = errno
            close(ends[0])
            if network >= 0 { close(network) }
            throw SystemError("replace a socket", number: number)
        }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        self.network = network
        end = ends[0]
    }

    deinit {
        close(network)
        close(end)
    }

    private var mustSend: Bool { !remainder.isEmpty }

    /// What to wait for at the network: nothing once it has ended, and nothing to read while the program is behind.
    func interest(isPaused: Bool) -> pollfd {
        let incoming = isPaused ? 0 : CInt(POLLIN)
        let outgoing = mustSend ? CInt(POLLOUT) : 0
        return pollfd(fd: hasEnded ? -1 : network, events: Int16(incoming | outgoing), revents: 0)
    }

    /// Counts anew: what came before is done with.
    mutating func restartCount() {
        count = 0
    }

    /// Passes one portion from the network to the library. Call it when the library has read what it was given before.
    mutating func receive() {
        let received = unsafe recv(network, &incoming, incoming.count, CInt(MSG_DONTWAIT))
        if received > 0 {
            count += received
            if unsafe Glibc.send(end, incoming, received, CInt(MSG_NOSIGNAL)) == received { return }
        } else if received < 0, errno == EAGAIN || errno == EINTR {
            return
        }
        hasEnded = true
        shutdown(end, CInt(SHUT_WR))
    }

    /// Passes what the library has written to the network, as much as that takes.
    mutating func send() {
        while true {
            if remainder.isEmpty {
                let written = unsafe recv(end, &outgoing, outgoing.count, CInt(MSG_DONTWAIT))
                guard written > 0 else { return }
                remainder = 0..<written
            }
            let taken = unsafe outgoing.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[remainder])
                return unsafe Glibc.send(
                    network, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if taken >= 0 {
                remainder = (remainder.lowerBound + taken)..<remainder.upperBound
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                // Nobody takes it any more. Reading tells that to the library, after what came before.
                remainder = 0..<0
            }
        }
    }

    /// Waits until the network has taken what the library wrote, at most until `deadline`.
    mutating func finish(until deadline: Int64) {
        send()
        while mustSend {
            let now = MonotonicClock.nanoseconds
            guard now < deadline else { return }
            var descriptor = pollfd(fd: network, events: Int16(POLLOUT), revents: 0)
            _ = unsafe poll(&descriptor, 1, NetworkLoop.milliseconds(until: deadline, now: now))
            send()
        }
    }
}
