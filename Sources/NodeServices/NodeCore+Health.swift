import Broadcasting
import Directing
import FoundationEssentials
import NodeStore
import Playout
import Rendering
import RuntimeSupport

extension NodeCore {
    /// How the node is now.
    func health() async -> Health {
        let counts = await fetcher.counts
        let device = player.status
        let discipline = try? ClockDiscipline.current()
        let space = try? DiskSpace.holding(path: configuration.state)
        var health = Health(
            node: node, at: Timestamp(nanoseconds: WallClock.nanoseconds), version: loaVersion,
            uptime: Double(BootClock.nanoseconds - began) / 1e9,
            playing: director.sounding.map {
                Health.Playing(cue: $0.cue, title: $0.title, state: $0.state.rawValue)
            },
            volume: director.volume, device: Health.Device(device),
            clock: Health.ClockState(
                trusted: clock.trusted, synchronised: discipline?.isSynchronised ?? false,
                estimatedError: discipline.map {
                    Double($0.estimatedError.components.seconds) + Double($0.estimatedError.components.attoseconds)
                        / 1e18
                }),
            documents: Dictionary(uniqueKeysWithValues: gate.revisions.map { ($0.key.description, $0.value) }),
            content: Health.Content(held: counts.held, missing: counts.missing),
            journalDepth: (try? store.depth()) ?? 0,
            storage: Health.Storage(free: space?.available ?? 0, total: space?.total ?? 0),
            memory: Int64((try? ProcessMemory.current().resident) ?? 0), halted: director.isHalted, faults: [])
        health.selfTest = selfTestResult
        health.faults = faults(in: health, device: device)
        return health
    }

    private func faults(in health: Health, device: DeviceStatus) -> [Health.Fault] {
        var faults: [Health.Fault] = []
        if let words = device.loss { faults.append(Health.Fault(part: "device", text: words)) }
        faults += device.faults.map { Health.Fault(part: "device", text: $0) }
        if !health.clock.trusted {
            faults.append(
                Health.Fault(
                    part: "clock", text: "nothing vouches for the clock: the timetable waits for the network's time"))
        }
        if health.content.missing > 0 {
            faults.append(Health.Fault(part: "content", text: "\(health.content.missing) audio files are not here yet"))
        }
        faults += failures.faults(boot: BootClock.nanoseconds)
        if let words = store.unwritable {
            let text = "the disk takes nothing (\(words)): what happens is forgotten at the next start"
            faults.append(Health.Fault(part: "storage", text: text))
        }
        if let storageFault { faults.append(Health.Fault(part: "storage", text: storageFault)) }
        if health.storage.total > 0, health.storage.free < ContentStore.reserve {
            faults.append(Health.Fault(part: "storage", text: "\(health.storage.free >> 20) MB are free"))
        }
        if let setting = settings?.selfTest {
            let age = SelfTestTime.complaint(
                setting, last: selfTestResult?.at, since: selfTestAsked ?? health.at, now: health.at)
            for words in [selfTestResult?.complaint, age].compactMap(\.self) {
                faults.append(Health.Fault(part: "selfTest", text: words))
            }
        }
        if settings == nil {
            faults.append(Health.Fault(part: "documents", text: "no settings have come from the controller yet"))
        }
        return faults
    }
}

extension SelfTestResult {
    /// What a person should look at; nil when all is well.
    var complaint: String? {
        if heard == false {
            return "the microphone did not hear the self-test: look at amplifier, horn and microphone"
        }
        return error.map { "the self-test: \($0)" }
    }
}

extension Health.Device {
    init(_ status: DeviceStatus) {
        let state =
            switch status.state {
            case .closed, .idle: "idle"
            case .playing: "playing"
            case .lost: "lost"
            }
        self.init(
            name: status.name, state: state, rate: status.rate, format: status.format, channels: status.channels,
            xruns: Int64(status.xruns), canRewind: status.canRewind)
        suspensions = Int64(status.suspensions)
        voiceUnderruns = Int64(status.voiceUnderruns)
        cardVolume = status.cardVolume
        levels = status.levels.flatMap(Health.Levels.init)
    }
}

extension Health.Levels {
    /// The levels to a tenth of a decibel; nil where one of them has no number, as that of a constant has none when it is weighted.
    init?(_ levels: OutputLevels) {
        func tenth(_ level: Double) -> Double { (level * 10).rounded() / 10 }
        guard levels.peak.isFinite, levels.rms.isFinite, levels.loudness.isFinite else { return nil }
        self.init(peak: tenth(levels.peak), rms: tenth(levels.rms), loudness: tenth(levels.loudness))
    }
}
