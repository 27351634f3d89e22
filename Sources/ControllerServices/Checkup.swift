import Broadcasting
import ControllerAPI
public import Logging
import Messaging
import RuntimeSupport

/// Looks at everything that a controller needs, and says in plain words what is wrong.
public struct Checkup: Sendable {
    /// One thing looked at.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        public enum Verdict: String, Sendable { case ok, warning, wrong }

        public let verdict: Verdict
        public let part: String
        public let text: String

        public var description: String { "\(verdict.rawValue)  \(part): \(text)" }
    }

    public private(set) var findings: [Finding] = []

    /// Whether nothing is wrong. Warnings are allowed.
    public var isWell: Bool { !findings.contains { $0.verdict == .wrong } }

    /// Looks, and waits for the broker for at most `patience`.
    public init(
        state: StateFolder, configuration: ControllerConfiguration, logger: Logger, patience: Duration = .seconds(10)
    ) async {
        lookAtFolder(state)
        lookAtClock()
        do {
            let ledger = try await Controller.openLedger(state, now: Controller.wallTime)
            note(.ok, "key", "signs as \(ledger.publicKey.kid)")
            await lookAt(ledger, state)
            await lookAtBroker(configuration, ledger, logger, patience)
        } catch {
            note(.wrong, "state", "\(error)")
        }
        lookAtAddresses(configuration)
        if !TimeZoneName.isKnown(configuration.nodes.timeZone) {
            note(
                .wrong, "time zone",
                "\(configuration.nodes.timeZone) is not in \(TimeZoneName.database): correct nodes.timeZone, or install tzdata"
            )
        }
    }

    private mutating func note(_ verdict: Finding.Verdict, _ part: String, _ text: String) {
        findings.append(Finding(verdict: verdict, part: part, text: text))
    }

    private mutating func lookAtFolder(_ state: StateFolder) {
        guard let mode = PrivateFile.mode(of: state.path) else {
            return note(.wrong, "state", "\(state.path) is not there: run loa-controller init --state \(state.path)")
        }
        if mode & 0o077 != 0 {
            note(.warning, "state", "\(state.path) can be read by others: run chmod 700 \(state.path)")
        }
        do {
            let space = try DiskSpace.holding(path: state.path)
            let megabytes = space.available / 1_000_000
            if space.available < Library.reserve {
                note(.wrong, "disk", "\(megabytes) MB are free: nothing more can be stored")
            } else if space.available < 10 * Library.reserve {
                note(.warning, "disk", "only \(megabytes) MB are free")
            } else {
                note(.ok, "disk", "\(megabytes) MB are free")
            }
        } catch {
            note(.wrong, "disk", "\(error)")
        }
    }

    private mutating func lookAtClock() {
        guard let clock = try? ClockDiscipline.current() else {
            return note(.warning, "clock", "the kernel does not tell whether it is synchronised")
        }
        if clock.isSynchronised {
            note(.ok, "clock", "synchronised")
        } else {
            note(
                .warning, "clock",
                "nothing keeps it right: install chrony or systemd-timesyncd, or broadcasts start at wrong times")
        }
    }

    private mutating func lookAt(_ ledger: Ledger, _ state: StateFolder) async {
        do {
            let defects = try await ledger.defects()
            if let defect = defects.first {
                note(.wrong, "ledger", "\(state.ledger) is damaged (\(defect)): restore it from a backup")
            }
            let (audio, nodes, unsent) = try await ledger.read { transaction in
                (try transaction.audio(limit: 100_000), try transaction.nodes().count, try transaction.unsentCount())
            }
            let missing = audio.filter { PrivateFile.size(of: "\(state.content)/\($0.sha256).mp3") != Int($0.bytes) }
            if let first = missing.first {
                note(
                    .wrong, "library",
                    "\(missing.count) files are missing or damaged, the first is \(first.title) (\(first.sha256))")
            }
            note(.ok, "ledger", "\(nodes) nodes, \(audio.count) pieces of audio, \(unsent) documents to publish")
        } catch {
            note(.wrong, "ledger", "\(error)")
        }
    }

    private mutating func lookAtBroker(
        _ configuration: ControllerConfiguration, _ ledger: Ledger, _ logger: Logger, _ patience: Duration
    ) async {
        do {
            var messaging = try Controller.messaging(configuration, ledger)
            // Another name than the running controller's, which would be thrown out otherwise.
            messaging.clientID += "-check"
            let client = try MessagingClient(configuration: messaging, logger: logger)
            let problem = await Self.problem(of: client, patience)
            note(problem == nil ? .ok : .wrong, "broker", problem ?? "\(messaging)")
        } catch {
            note(.wrong, "broker", "\(error)")
        }
    }

    /// What keeps `client` from its broker; nil when it is connected and may read what nodes tell.
    private static func problem(of client: MessagingClient, _ patience: Duration) async -> String? {
        client.subscribe(Collector.filters)
        return await withTaskGroup(of: String??.self) { group in
            group.addTask {
                try? await client.run()
                return .none
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return .some("no answer within \(patience)")
            }
            group.addTask {
                for await event in client.events {
                    switch event {
                    case .connectionFailed(let reason), .disconnected(let reason): return .some(reason)
                    case .subscriptionRefused(let filter, let reason):
                        return .some("the access list does not let the controller read \(filter): \(reason)")
                    case .subscribed: return .some(nil)
                    case .connected, .message: continue
                    }
                }
                return .none
            }
            var answer: String??
            while let next = await group.next() {
                if answer == nil, next != nil {
                    answer = next
                    group.cancelAll()
                }
            }
            return answer ?? "the connection ended"
        }
    }

    private mutating func lookAtAddresses(_ configuration: ControllerConfiguration) {
        let local = configuration.contentAddresses.filter { $0.contains("//127.") || $0.contains("//localhost") }
        if local.isEmpty {
            note(.ok, "content", "nodes fetch audio from \(configuration.contentAddresses.joined(separator: ", "))")
        } else {
            note(
                .warning, "content",
                "\(local[0]) is an address of this machine alone: set content.addresses, or no other machine gets audio"
            )
        }
    }
}
