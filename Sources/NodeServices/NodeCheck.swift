import ALSAPlayback
import Broadcasting
import FoundationEssentials
import Glibc
import Logging
import Messaging
import RuntimeSupport

/// Looks at everything that a node needs, and says in plain words what is wrong and what to do.
///
/// For a technician on a ladder: it changes nothing, and plays nothing.
public struct NodeCheck: Sendable {
    /// What was found about one part of the box.
    public struct Finding: Sendable, CustomStringConvertible {
        public enum Verdict: String, Sendable {
            case good = "ok"
            case doubtful = "look"
            case wrong = "WRONG"
        }

        public var verdict: Verdict
        public var part: String
        public var text: String

        public var description: String {
            let label = verdict.rawValue + String(repeating: " ", count: 6 - verdict.rawValue.count)
            return label + part + String(repeating: " ", count: max(1, 9 - part.count)) + text
        }
    }

    let configuration: NodeConfiguration

    public init(configuration: NodeConfiguration) { self.configuration = configuration }

    /// Checks every part, whatever the others say. Takes at most some 15 seconds.
    public func run() async -> [Finding] {
        [key(), disk(), clock(), device()] + volume() + [amplifier()].compactMap(\.self) + [zone(), await broker()]
    }

    private func key() -> Finding {
        let names = configuration.trustedKeys.map { String($0.kid.prefix(8)) }.joined(separator: ", ")
        return Finding(
            verdict: .good, part: "key",
            text: "node \(configuration.node) obeys \(configuration.trustedKeys.count) key(s): \(names)… "
                + "(compare with `loa-controller check`)")
    }

    private func disk() -> Finding {
        let folder = configuration.state
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard unsafe access(folder, W_OK) == 0 else {
            return Finding(
                verdict: .wrong, part: "disk",
                text:
                    "\(folder) cannot be written (\(SystemError.words(for: errno))): give it to the user of loa-node, "
                    + "or see whether the file system became read-only")
        }
        guard let space = try? DiskSpace.holding(path: folder) else {
            return Finding(verdict: .doubtful, part: "disk", text: "the free space of \(folder) is not known")
        }
        let megabytes = space.available >> 20
        guard space.available > ContentStore.reserve else {
            return Finding(
                verdict: .wrong, part: "disk", text: "\(megabytes) MB are free in \(folder): delete what is not Loa's")
        }
        return Finding(verdict: .good, part: "disk", text: "\(megabytes) MB are free in \(folder)")
    }

    private func clock() -> Finding {
        let now = Timestamp(nanoseconds: WallClock.nanoseconds)
        guard now > Timestamp(nanoseconds: 1_767_225_600_000_000_000) else {
            return Finding(
                verdict: .wrong, part: "clock",
                text:
                    "the clock says \(now), which is past: the schedule waits until it is set. Is there a network, and a "
                    + "battery for the clock?")
        }
        if let discipline = try? ClockDiscipline.current(), discipline.isSynchronised {
            return Finding(verdict: .good, part: "clock", text: "\(now), kept right over the network")
        }
        let shown = BatteryClocks(folder: configuration.batteryClocks).readings
        let differences = shown.mapValues { Timestamp(secondsSinceEpoch: Double($0)).seconds(since: now) }
        if let clock = differences.first(where: { $0.value.magnitude <= ClockTrust.agreement })?.key {
            return Finding(
                verdict: .good, part: "clock",
                text: "\(now), as the clock with a battery (\(clock)) says; nothing keeps it right over the network")
        }
        let help = "install systemd-timesyncd or chrony, or put in a battery"
        guard configuration.trustsGivenClock else {
            let found =
                shown.isEmpty ? "no clock with a battery is there" : "the clock with a battery says something else"
            return Finding(
                verdict: .doubtful, part: "clock",
                text:
                    "\(now), vouched for by nothing: the timetable waits for the network's time. \(found): \(help); "
                    + "clock.trust is \"given\" where something else keeps it right")
        }
        return Finding(
            verdict: .doubtful, part: "clock",
            text: "\(now), believed because clock.trust says so: after a power cut it may be wrong. Better: \(help)")
    }

    private func device() -> Finding {
        do throws(PCMError) {
            let device = try PCMDevice(
                name: configuration.device,
                wish: PCMWish(
                    rate: configuration.rate, channels: configuration.channels, bufferDuration: 0.25,
                    shortBufferDuration: 0.02, maximumBufferFrames: 1 << 16))
            return Finding(
                verdict: .good, part: "device", text: "\(configuration.device): \(device.parameters.description)")
        } catch {
            if error.isInUse { return Finding(verdict: .doubtful, part: "device", text: error.description) }
            let names = PCMCatalogue.playbackNames()
            let choice = names.isEmpty ? "no sound card is there at all" : "there are: " + names.joined(separator: ", ")
            return Finding(
                verdict: .wrong, part: "device",
                text: "\(configuration.device): \(error.description); \(choice). Look at the cable, or set device.name")
        }
    }

    private func zone() -> Finding {
        let zone = "Asia/Ho_Chi_Minh"
        guard ZoneDatabase.exists(zone) else {
            return Finding(
                verdict: .wrong, part: "zones", text: "the time zone \(zone) is unknown: install the package tzdata")
        }
        return Finding(verdict: .good, part: "zones", text: "time zones are known")
    }

    private func broker() async -> Finding {
        // A name of its own: a check must not throw the running node off the broker.
        var settings = MessagingConfiguration(configuration, will: nil)
        settings.clientID += "-check-\(getpid())"
        settings.cleanStart = true
        settings.sessionExpiry = 0
        settings.connectTimeout = .seconds(10)
        guard
            let client = try? MessagingClient(
                configuration: settings, logger: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
        else { return Finding(verdict: .wrong, part: "broker", text: "no descriptors are left in this system") }
        let outcome = await withTaskGroup { group -> String? in
            group.addTask { () -> String? in
                try? await client.run()
                return "the check was ended"
            }
            group.addTask { () -> String? in
                for await event in client.events {
                    switch event {
                    case .connected: return nil
                    case .connectionFailed(let reason), .disconnected(let reason): return reason
                    default: continue
                    }
                }
                return "the check was ended"
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let outcome else {
            return Finding(verdict: .good, part: "broker", text: "connected: \(settings.description)")
        }
        return Finding(verdict: .wrong, part: "broker", text: "\(settings.description): \(outcome)")
    }
}
