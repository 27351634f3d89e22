import FoundationEssentials
import Glibc
import RuntimeSupport

/// A real mosquitto on a free port of the loopback, with a data folder of its own, to be stopped, killed, erased and started again.
///
/// It keeps its port through restarts. Its data are saved on `stop()`, as those of any mosquitto; `kill()` loses what was not saved.
public final class MosquittoBroker: Sendable {
    /// A user, and what the access list grants it.
    public struct User: Sendable {
        public var name: String
        public var password: String
        /// Lines of mosquitto's access list, for example `"readwrite loa/#"`. Empty: everything.
        public var access: [String]

        /// Names a user and what it may do.
        public init(name: String, password: String, access: [String] = []) {
            self.name = name
            self.password = password
            self.access = access
        }
    }

    /// Paths of the PEM files that make the listener speak TLS.
    public struct Certificates: Sendable {
        public var authorities: String
        public var certificate: String
        public var key: String
        /// Whether clients must show a certificate of `authorities`.
        public var requiresClientCertificate: Bool

        /// Names the files.
        public init(authorities: String, certificate: String, key: String, requiresClientCertificate: Bool = false) {
            self.authorities = authorities
            self.certificate = certificate
            self.key = key
            self.requiresClientCertificate = requiresClientCertificate
        }
    }

    public let host = "127.0.0.1"
    public let port: UInt16
    /// Holds configuration, password file, access list and data.
    public let folder: TemporaryFolder
    private let process = Locked<ChildProcess?>(nil)

    /// Writes the configuration; starts nothing yet.
    ///
    /// - Parameters:
    ///   - users: who may connect; without any, everybody may.
    ///   - extra: further lines of mosquitto's configuration.
    public init(
        users: [User] = [], certificates: Certificates? = nil, port: UInt16? = nil, extra: [String] = []
    ) async throws {
        let folder = try TemporaryFolder(prefix: "loa-broker")
        let listened = try port ?? LoopbackPort.free()
        self.folder = folder
        self.port = listened
        var lines = [
            "listener \(listened) 127.0.0.1", "allow_anonymous \(users.isEmpty)", "log_dest stderr", "log_type all",
            "persistence true", "persistence_location \(folder.file("data"))/", "max_queued_messages 0",
            // As root, mosquitto otherwise becomes a user who may not write here.
            "user root",
        ]
        if let certificates {
            lines += [
                "cafile \(certificates.authorities)", "certfile \(certificates.certificate)",
                "keyfile \(certificates.key)", "require_certificate \(certificates.requiresClientCertificate)",
            ]
        }
        if !users.isEmpty {
            try folder.write("", to: "passwords")
            for user in users {
                let tool = try ChildProcess(
                    "mosquitto_passwd", ["-b", folder.file("passwords"), user.name, user.password])
                guard await tool.wait() == .exited(0) else { throw BrokerTrouble(description: tool.errors) }
            }
            let access = users.map { user in
                let grants = user.access.isEmpty ? ["readwrite #"] : user.access
                return (["user \(user.name)"] + grants.map { "topic \($0)" }).joined(separator: "\n")
            }
            try folder.write(access.joined(separator: "\n\n") + "\n", to: "access")
            lines += ["password_file \(folder.file("passwords"))", "acl_file \(folder.file("access"))"]
        }
        try folder.write((lines + extra).joined(separator: "\n") + "\n", to: "mosquitto.conf")
    }

    /// A broker that already runs, with the defaults of `init`.
    public static func started(users: [User] = [], extra: [String] = []) async throws -> MosquittoBroker {
        let broker = try await MosquittoBroker(users: users, extra: extra)
        try await broker.start()
        return broker
    }

    /// Starts mosquitto, and returns when it accepts connections.
    public func start() async throws {
        try FileManager.default.createDirectory(
            atPath: folder.file("data"), withIntermediateDirectories: true)
        // Debian has it where an ordinary user's PATH does not lead.
        let debian = "/usr/sbin/mosquitto"
        let program = FileManager.default.isExecutableFile(atPath: debian) ? debian : "mosquitto"
        let child = try ChildProcess(program, ["-c", folder.file("mosquitto.conf")])
        process.withLock { $0 = child }
        try await child.line { $0.hasSuffix(" running") }
    }

    /// Stops it in order; it saves its data.
    public func stop() async {
        await process.withLock { $0.take() }?.terminate()
    }

    /// Kills it at once.
    public func kill() async {
        let child = process.withLock { $0.take() }
        child?.signal(SIGKILL)
        await child?.wait()
    }

    /// Stops it from running without ending it: it holds its connections and answers nothing. Ended by `thaw()`.
    public func freeze() {
        process.withLock { $0 }?.signal(SIGSTOP)
    }

    /// Lets it run on after `freeze()`.
    public func thaw() {
        process.withLock { $0 }?.signal(SIGCONT)
    }

    /// Erases what it has stored. Call it while it does not run.
    public func erase() throws {
        try FileManager.default.removeItem(atPath: folder.file("data"))
    }

    /// Its log so far, since the last start.
    public var log: String { process.withLock { $0 }?.errors ?? "" }

    /// Waits for a line of its log, since the last start.
    @discardableResult
    public func logged(
        within patience: Duration = .seconds(10), where isWanted: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        guard let child = process.withLock({ $0 }) else { throw BrokerTrouble(description: "the broker does not run") }
        return try await child.line(within: patience, where: isWanted)
    }
}

/// The broker could not be set up.
struct BrokerTrouble: Error, CustomStringConvertible {
    let description: String
}
