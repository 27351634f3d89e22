import Broadcasting
import Scheduling

extension Director {
    /// Ends what must not sound, or not go on; and gives a place in the order to what has newly come.
    mutating func judge() {
        for id in playbacks.map(\.id) {
            guard let index = index(of: id) else { continue }
            noteBeginning(index)
            giveUpStopping(index)
            guard let index = self.index(of: id), playbacks[index].ending == nil, !playbacks[index].isDropped else {
                continue
            }
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
        !isDeviceLost && !isStopping && !playback.isDropped
            && (playback.cue.isProgramme ? time.isTrusted && isPlayable(playback) : hasAll(playback.cue))
            && !playbacks.contains {
                $0.hasBegun && $0.ending == nil && $0.id != playback.id && $0.id.item == playback.id.item
                    && $0.id.kind == playback.id.kind
            }
    }

    private func hasAll(_ cue: Cue) -> Bool { cue.audio.allSatisfy { content[$0.sha256] == .available } }

    /// Whether a programme may begin with the audio that is there: all of it, or something of it, and the rest will not come now.
    private func isPlayable(_ playback: Playback) -> Bool {
        var hasSound = false
        var awaitsMore = false
        for block in playback.cue.blocks {
            switch block {
            case .pause: break
            case .relay: hasSound = true
            case .audio(let audio), .chime(let audio):
                switch content[audio.sha256] {
                case .available: hasSound = true
                case .failed: break
                case .missing, nil:
                    let since = wantedSince[audio.sha256] ?? time.monotonic
                    if time.monotonic - since < DirectorTimes.contentPatience { awaitsMore = true }
                }
            }
        }
        return hasSound && !awaitsMore
    }

    /// The blocks of a cue with what is not on the disk left out, and why that is left out. Each keeps its place and its time.
    func playable(_ cue: Cue) -> (blocks: [Programme.Block], omitted: Reason?) {
        guard cue.isProgramme else { return (cue.blocks, nil) }
        var missing: [Reason] = []
        let blocks = cue.blocks.map { block -> Programme.Block in
            guard let audio = block.content, content[audio.sha256] != .available else { return block }
            if case .relay(let url, let duration, _) = block {
                return .relay(url: url, duration: duration, fallback: nil)
            }
            missing.append(
                content[audio.sha256]?.failure ?? Reason(.contentMissing, "its audio was not on the node in time"))
            return .pause(duration: block.duration)
        }
        let omitted = missing.first.map { reason in
            Reason(reason.code, "\(missing.count) of \(cue.blocks.count) parts were silent: \(reason.text)")
        }
        return (blocks, omitted)
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
        account(index, begins: true)
        playbacks[index].slotEnds = playbacks[index].cue.hardEnd.map { end in
            let left = end.nanoseconds.subtractingReportingOverflow(time.reckoned.nanoseconds)
            return left.overflow ? .max : time.monotonic + left.partialValue
        }
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
        } else if playbacks[index].isDropped {
            forgetNext(of: playbacks.remove(at: index).id)
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
        } else if isOverSlot(playback) {
            let isSilent = playback.voice?.state == .paused
            end(
                cue.id, isSilent ? .interrupted : .stopped, Reason(.slotEnd, "its slot was over"),
                by: isSilent ? playback.interruptedBy : nil)
        } else if !cue.isEmergency, let left = useLeft, left <= -DirectorTimes.overrun {
            end(cue.id, .stopped, Reason(.useLimit, "what may sound in the day or the week has sounded"))
        } else if let startBy = startBy(playback), time.monotonic >= startBy {
            end(cue.id, .failed, Reason(.decodingFailed, "the player did not begin it"))
        } else if playback.voice?.state == .paused {
            judgeInterrupted(index)
        }
    }

    private mutating func judgeInterrupted(_ index: Int) {
        let playback = playbacks[index]
        let cue = playback.cue
        if cue.goesOnUntil < time.reckoned {
            end(
                cue.id, .interrupted, Reason(.expired, "not to be gone on with after \(cue.goesOnUntil)"),
                by: playback.interruptedBy)
        } else if let liveEnd = liveEnd(playback), time.monotonic >= liveEnd {
            end(
                cue.id, .interrupted, Reason(.preempted, "it would be over by now"), by: playback.interruptedBy)
        }
    }

    private mutating func judgeWaiting(_ index: Int) {
        let cue = playbacks[index].cue
        let states = cue.audio.map { content[$0.sha256] ?? .missing }
        let hasSound = cue.isProgramme && isPlayable(playbacks[index])
        if cue.expires < time.reckoned {
            if !playbacks[index].isDue, !time.isTrusted {
                end(cue.id, .missed, Reason(.clockUntrusted, "it expired before the clock was trusted"))
            } else if cue.isProgramme, !time.isTrusted {
                end(cue.id, .missed, Self.untrusted)
            } else if !hasSound, !states.allSatisfy({ $0 == .available }) {
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
        } else if let refusal = useRefusal(of: playbacks[index], at: time.reckoned) {
            end(cue.id, .refused, refusal)
        } else if let failure = states.compactMap(\.failure).first, !cue.isProgramme || isHopeless(cue) {
            end(cue.id, .failed, failure)
        }
    }

    /// Whether nothing of a programme will ever sound.
    private func isHopeless(_ cue: Cue) -> Bool {
        cue.blocks.allSatisfy { block in
            switch block {
            case .pause: true
            case .relay: false
            case .audio(let audio), .chime(let audio): content[audio.sha256]?.failure != nil
            }
        }
    }

    /// Whether the slot of a cue is over: by the wall clock, or by the monotonic one where the other was set back. One that is just
    /// ending by itself is left to.
    private func isOverSlot(_ playback: Playback) -> Bool {
        guard let slotEnd = slotEnd(playback) else { return false }
        let isOver = time.isTrusted && slotEnd.wall <= time.reckoned || slotEnd.monotonic <= time.monotonic
        guard isOver, isEndingByItself(playback) else { return isOver }
        let last = DirectorTimes.overrun
        return time.isTrusted && slotEnd.wall.advanced(byNanoseconds: last) <= time.reckoned
            || slotEnd.monotonic + last <= time.monotonic
    }

    func slotEnd(_ playback: Playback) -> (wall: Timestamp, monotonic: Int64)? {
        guard let wall = playback.cue.hardEnd else { return nil }
        return (wall, playback.slotEnds ?? .max - DirectorTimes.overrun)
    }

    private func isEndingByItself(_ playback: Playback) -> Bool {
        let whole = nanoseconds(playback.cue.duration - (playback.order?.offset ?? 0))
        return playback.voice?.state == .playing
            && whole - playback.sounded(at: time.monotonic) <= DirectorTimes.overrun
    }

    /// The instant by which the player must have begun a cue that it was told to start; nil while nothing is expected.
    func startBy(_ playback: Playback) -> Int64? {
        guard !playback.startRecorded, !isDeviceLost, playback.voice?.state == .playing else { return nil }
        return playback.soundsSince.map { $0 + DirectorTimes.startPatience }
    }

    /// When a cue at its live edge would be over, had nothing interrupted it.
    func liveEnd(_ playback: Playback) -> Int64? {
        guard playback.cue.whenInterrupted == .liveEdge, let began = playback.began else { return nil }
        return began + nanoseconds(playback.cue.duration - (playback.order?.offset ?? 0))
    }

    /// Nanoseconds that a cue may sound: its own maximum, or the node's if that is less.
    func maximumDuration(_ cue: Cue) -> Int64 {
        // A limit that is not a duration must not silence the node.
        var limit = settings?.limits.maximumDuration ?? .infinity
        if !cue.isEmergency, let session = settings?.limits.sessionDuration { limit = min(limit, session) }
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

    var isQuiet: Bool { isQuiet(at: time.reckoned) }

    func isQuiet(at instant: Timestamp) -> Bool {
        guard let settings, !settings.quietHours.isEmpty else { return false }
        let second = secondOfDay(at: instant)
        return settings.quietHours.contains { $0.contains(secondOfDay: second) }
    }

    /// The second of the local day.
    func secondOfDay(at instant: Timestamp) -> Int {
        let second =
            (Int(instant.nanoseconds / DirectorTimes.second) + localZone.secondsFromUTC(at: instant)) % 86_400
        return second < 0 ? second + 86_400 : second
    }

    func index(of cue: CueID) -> Int? { playbacks.firstIndex { $0.id == cue } }
}

extension ContentState {
    fileprivate var failure: Reason? { if case .failed(let reason) = self { reason } else { nil } }
}
