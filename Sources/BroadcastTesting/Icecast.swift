import FoundationEssentials
import Glibc
import RuntimeSupport

/// A real Icecast on a free port of the loopback, and stations that send to it.
public final class Icecast: Sendable {
    /// A station that sends an MP3 file to a mount point, again and again, at the pace at which it plays, until the last reference goes.
    public final class Station: Sendable {
        private let descriptor: CInt
        /// Whether the thread has closed the connection: the number may be another's by then.
        private let isClosed = Locked(false)

        fileprivate init(_ server: Icecast, mount: String, mp3: [UInt8], bytesPerSecond: Int) throws {
            let descriptor = try Icecast.connect(server.port)
            self.descriptor = descriptor
            let head =
                "SOURCE \(mount) HTTP/1.0\r\nAuthorization: \(Icecast.credentials)\r\nContent-Type: audio/mpeg\r\n"
                + "ice-name: Loa\r\n\r\n"
            guard Icecast.send(Array(head.utf8)[...], to: descriptor), Icecast.readLine(descriptor).contains(" 200 ")
            else {
                close(descriptor)
                throw SystemError("send to Icecast", number: ECONNREFUSED)
            }
            let isClosed = isClosed
            _ = try NamedThread(name: "station") {
                // The server keeps the last seconds for who comes: there are some at once.
                let began = MonotonicClock.nanoseconds - 3_000_000_000
                var sent = 0
                while true {
                    let due = Int(Double(MonotonicClock.nanoseconds - began) / 1e9 * Double(bytesPerSecond))
                    while sent < due {
                        let start = sent % mp3.count
                        let end = min(mp3.count, start + due - sent)
                        guard Icecast.send(mp3[start..<end], to: descriptor) else {
                            isClosed.withLock { isClosed in
                                isClosed = true
                                close(descriptor)
                            }
                            return
                        }
                        sent += end - start
                    }
                    var waiting = pollfd(fd: -1, events: 0, revents: 0)
                    unsafe poll(&waiting, 1, 20)
                }
            }
        }

        /// Goes off the air.
        public func leave() {
            // The thread notices, and closes it.
            isClosed.withLock { isClosed in
                if !isClosed { shutdown(descriptor, CInt(SHUT_RDWR)) }
            }
        }

        deinit { leave() }
    }

    /// What is particular of a mount point.
    public struct Mount: Sendable {
        /// Such as `/live`.
        public var path: String
        /// Whole seconds after which a listener is sent away, counted from the beginning of the second in which it came.
        public var secondsOfListeners: Int?
        /// The mount point that listeners are led to while this one has no station, and from which they are led back.
        public var fallback: String?

        /// Describes a mount point.
        public init(_ path: String, secondsOfListeners: Int? = nil, fallback: String? = nil) {
            self.path = path
            self.secondsOfListeners = secondsOfListeners
            self.fallback = fallback
        }

        fileprivate var settings: String {
            let limit = secondsOfListeners.map { "<max-listener-duration>\($0)</max-listener-duration>" } ?? ""
            let other = fallback.map {
                "<fallback-mount>\($0)</fallback-mount><fallback-override>1</fallback-override>"
            }
            return "<mount type=\"normal\"><mount-name>\(path)</mount-name>\(limit)\(other ?? "")</mount>"
        }
    }

    /// The port that it listens on.
    public let port: UInt16
    private let securePort: UInt16?
    private let folder: TemporaryFolder
    private let process: ChildProcess

    // "source:source"
    private static let credentials = "Basic c291cmNlOnNvdXJjZQ=="

    /// Starts it, and returns when it accepts connections.
    ///
    /// - Parameter certificate: a PEM file with certificate and key, for a second port with TLS.
    public init(_ mounts: [Mount] = [], certificate: String? = nil) async throws {
        let folder = try TemporaryFolder(prefix: "loa-icecast")
        let port = try LoopbackPort.free()
        securePort = try certificate.map { _ in try LoopbackPort.free() }
        let socket = securePort.map {
            "<listen-socket><port>\($0)</port><bind-address>127.0.0.1</bind-address><ssl>1</ssl></listen-socket>"
        }
        if let certificate {
            try folder.write(try String(contentsOfFile: certificate, encoding: .utf8), to: "certificate.pem")
        }
        // As root it refuses to run, and becomes another user, who must be able to write here.
        let owner = geteuid() == 0 ? "<changeowner><user>nobody</user><group>nogroup</group></changeowner>" : ""
        unsafe chmod(folder.path, 0o777)
        try folder.write(
            """
            <icecast>
              <limits><clients>50</clients><sources>5</sources><burst-on-connect>1</burst-on-connect>
                <burst-size>65535</burst-size><source-timeout>10</source-timeout></limits>
              <authentication><source-password>source</source-password><relay-password>relay</relay-password>
                <admin-user>admin</admin-user><admin-password>admin</admin-password></authentication>
              <hostname>127.0.0.1</hostname>
              <listen-socket><port>\(port)</port><bind-address>127.0.0.1</bind-address></listen-socket>
              \(socket ?? "")
              <mount type="default"><charset>UTF-8</charset></mount>
              \(mounts.map(\.settings).joined(separator: "\n"))
              <fileserve>0</fileserve>
              <paths><basedir>/usr/share/icecast2</basedir>
                <ssl-certificate>\(folder.file("certificate.pem"))</ssl-certificate><logdir>\(folder.path)</logdir>
                <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
              <logging><accesslog>access.log</accesslog><errorlog>-</errorlog><loglevel>3</loglevel></logging>
              <security><chroot>0</chroot>\(owner)</security>
            </icecast>
            """, to: "icecast.xml")
        self.folder = folder
        self.port = port
        process = try ChildProcess("icecast2", ["-c", folder.file("icecast.xml")])
        // It listens by then.
        try await process.line(within: .seconds(60)) { $0.contains("server started") }
    }

    /// Has a station send `mp3` to `mount`.
    public func station(_ mount: String = "/live", mp3: [UInt8], bytesPerSecond: Int) throws -> Station {
        try Station(self, mount: mount, mp3: mp3, bytesPerSecond: bytesPerSecond)
    }

    /// Has it stand still, with all its connections open.
    public func freeze() { process.signal(SIGSTOP) }

    /// Says what a mount broadcasts.
    public func announce(_ title: String, on mount: String = "/live") throws {
        let descriptor = try Self.connect(port)
        defer { close(descriptor) }
        let song = title.utf8.map { byte in "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
        let request =
            "GET /admin/metadata?mount=\(mount)&mode=updinfo&charset=UTF-8&song=\(song) HTTP/1.0\r\n"
            + "Authorization: \(Self.credentials)\r\n\r\n"
        guard Self.send(Array(request.utf8)[...], to: descriptor), Self.readLine(descriptor).contains(" 200 ") else {
            throw SystemError("announce a title", number: EPROTO)
        }
    }

    /// The address of `mount`; of the port with TLS where there is one.
    public func url(_ mount: String = "/live") -> String {
        let origin = securePort.map { "https://127.0.0.1:\($0)" } ?? "http://127.0.0.1:\(port)"
        return origin + mount
    }

    private static func connect(_ port: UInt16) throws -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket", number: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, size)
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw SystemError("connect", number: code)
        }
        return descriptor
    }

    private static func readLine(_ descriptor: CInt) -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < 4_096, byte != UInt8(ascii: "\n"), unsafe recv(descriptor, &byte, 1, 0) == 1 {
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to descriptor: CInt) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = unsafe Glibc.send(
                    descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done,
                    CInt(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }
}
