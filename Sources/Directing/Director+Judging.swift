import Broadcasting
import Scheduling

extension Director {
    /// Ends what must not sound, or not go on; and gives a place in the order to what has newly come.
    mutating func judge() {
        for id in playbacks.map(\.id) {
            guard let index = index(of: id) else { continue }
            noteBeginning(index)
            giveUpStopping(index)
            guard let index = self.index(of: id), playbacks[index].ending == nil else { continue }
            if playbacks[index].hasBegun {
                judgeBegun(index)
            } else if playbacks[index].isDue || playbacks[index].cue.expires < time.reckoned, !isStopping {
                judgeWaiting(index)
            }
        }
        let newcomers = playbacks.indices.filter { playbacks[$0].arrival == nil && isReady(playbacks[$0]) }
        let inOrder = newcomers.map { (playbacks[$0].cue.due, playbacks[$0].id, $0) }.sorted { $0 < $1 }
        for (_, _, index) in inOrder {
            playbacks[index].arrival = arrivals
            arrivals += 1
        }
    }

    /// Whether a cue that has not begun could sound now if it were alone.
    func isReady(_ playback: Playback) -> Bool {
        playback.isDue && !playback.hasBegun && playback.ending == nil && couldSound(playback)
            && !isOverdueToStop(playback)
    }

    /// Whether audio, sound card and its broadcast's other occurrences let a cue begin.
    func couldSound(_ playback: Playback) -> Bool {
        !isDeviceLost && !isStopping && playback.cue.audio.allSatisfy { content[$0.sha256] == .available }
            && !playbacks.contains {
                $0.hasBegun && $0.ending == nil && $0.id != playback.id && $0.id.item == playback.id.item
                    && $0.id.kind == playback.id.kind
            }
    }

    /// A cue whose start was ordered ahead has begun when that instant comes.
    private mutating func noteBeginning(_ index: Int) {
        guard case .armed(let instant) = playbacks[index].voice?.state else { return }
        if time.monotonic >= instant {
            playbacks[index].voice?.state = .playing
            markBegun(index, at: instant)
        } else if time.isBroken {
            // The player may map the instant by the clock of before or of after.
            stopVoice(index)
        }
    }

    mutating func markBegun(_ index: Int, at monotonic: Int64) {
        playbacks[index].hasBegun = true
        // From here on no clock can make it look as if its time were still to come.
        noteBegun(index, startsAt: nil)
        playbacks[index].began = monotonic
        playbacks[index].soundsSince = monotonic
        if playbacks[index].arrival == nil {
            playbacks[index].arrival = arrivals
            arrivals += 1
        }
    }

    /// Whether the player has not said within its time that a stopped cue has ended.
    private func isOverdueToStop(_ playback: Playback) -> Bool {
        guard case .stopping(let since) = playback.voice?.state else { return false }
        return time.monotonic >= since + DirectorTimes.stopPatience
    }

    /// Goes on without a player that does not say that a cue has ended. One that has not begun waits on, in nobody's way.
    private mutating func giveUpStopping(_ index: Int) {
        guard isOverdueToStop(playbacks[index]) else { return }
        if let ending = playbacks[index].ending {
            finish(index, ending.kind, ending.reason, by: ending.by)
        } else if playbacks[index].hasBegun {
            finish(index, .interrupted, takenBack)
        }
    }

    /// Why a cue ended that began while the player was being told to leave it.
    var takenBack: Reason {
        isStopping
            ? Reason(.nodeStopped, "the node's program was stopped")
            : Reason(.withdrawn, "it was taken back as it began")
    }

    private mutating func judgeBegun(_ index: Int) {
        let playback = playbacks[index]
        let cue = playback.cue
        let limit = maximumDuration(cue)
        if let halt = halt(for: cue) {
            end(cue.id, .stopped, halt)
        } else if !cue.isEmergency, isQuiet {
            end(cue.id, .stopped, Reason(.quietHours, "quiet hours have begun"))
        } else if playback.sounded(at: time.monotonic) >= limit + DirectorTimes.overrun {
            let seconds = Double(limit) / Double(DirectorTimes.second)
            end(cue.id, .stopped, Reason(.maximumDuration, "it sounded for its \(seconds) s"))
        } else if let startBy = startBy(playback), time.monotonic >= startBy {
            end(cue.id, .failed, Reason(.decodingFailed, "the player did not begin it"))
        } else if playback.voice?.state == .paused {
            judgeInterrupted(index)
        }
    }

    private mutating func judgeInterrupted(_ index: Int) {
        let playback = playbacks[index]
        let cue = playback.cue
        if cue.expires < time.reckoned {
            end(
                cue.id, .interrupted, Reason(.expired, "not to be gone on with after \(cue.expires)"),
                by: playback.interruptedBy)
        } else if let liveEnd = liveEnd(playback), time.monotonic >= liveEnd {
            end(
                cue.id, .interrupted, Reason(.preempted, "it would be over by now"), by: playback.interruptedBy)
        }
    }

    private mutating func judgeWaiting(_ index: Int) {
        let cue = playbacks[index].cue
        let states = cue.audio.map { content[$0.sha256] ?? .missing }
        if cue.expires < time.reckoned {
            if !playbacks[index].isDue, !time.isTrusted {
                end(cue.id, .missed, Reason(.clockUntrusted, "it expired before the clock was trusted"))
            } else if !states.allSatisfy({ $0 == .available }) {
                end(cue.id, .missed, Reason(.contentMissing, "its audio was not on the node by \(cue.expires)"))
            } else if isDeviceLost {
                end(cue.id, .missed, Reason(.deviceLost, "there was no sound card until \(cue.expires)"))
            } else {
                end(cue.id, .missed, expiredReason(cue))
            }
        } else if let halt = halt(for: cue) {
            end(cue.id, .refused, halt)
        } else if !cue.isEmergency, isQuiet {
            end(cue.id, .refused, Reason(.quietHours, "only an emergency sounds in quiet hours"))
        } else if let failure = states.compactMap(\.failure).first {
            end(cue.id, .failed, failure)
        }
    }

    /// The instant by which the player must have begun a cue that it was told to start; nil while nothing is expected.
    func startBy(_ playback: Playback) -> Int64? {
        guard !playback.startRecorded, !isDeviceLost, playback.voice?.state == .playing else { return nil }
        return playback.soundsSince.map { $0 + DirectorTimes.startPatience }
    }

    /// When a cue at its live edge would be over, had nothing interrupted it.
    func liveEnd(_ playback: Playback) -> Int64? {
        guard playback.cue.whenInterrupted == .liveEdge, let began = playback.began else { return nil }
        return began + nanoseconds(playback.cue.duration)
    }

    /// Nanoseconds that a cue may sound: its own maximum, or the node's if that is less.
    func maximumDuration(_ cue: Cue) -> Int64 {
        // A limit that is not a duration must not silence the node.
        let limit = settings?.limits.maximumDuration ?? .infinity
        return nanoseconds(min(cue.maximumDuration, limit > 0 ? limit : .infinity))
    }

    private func nanoseconds(_ seconds: Double) -> Int64 { Int64(max(0, min(seconds, 1e9)) * 1e9) }

    /// Why a halt silences `cue`, if one does.
    func halt(for cue: Cue) -> Reason? {
        let halts = memory.halts.filter { $0.value.emergencies || !cue.isEmergency }
        return halts.min { $0.key < $1.key }.map {
            Reason(.halted, "\($0.key) is halted" + ($0.value.reason.map { ": \($0)" } ?? ""))
        }
    }

    var isQuiet: Bool {
        guard let settings, !settings.quietHours.isEmpty else { return false }
        return settings.quietHours.contains { $0.contains(secondOfDay: secondOfDay(settings)) }
    }

    /// The second of the local day, by the best knowledge of the time.
    func secondOfDay(_ settings: NodeSettings) -> Int {
        let offset = zones(settings.timeZone)?.secondsFromUTC(at: time.reckoned) ?? DirectorTimes.vietnam
        let second = (Int(time.reckoned.nanoseconds / DirectorTimes.second) + offset) % 86_400
        return second < 0 ? second + 86_400 : second
    }

    func index(of cue: CueID) -> Int? { playbacks.firstIndex { $0.id == cue } }
}

extension ContentState {
    fileprivate var failure: Reason? { if case .failed(let reason) = self { reason } else { nil } }
}
