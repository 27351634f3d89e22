import Broadcasting
import Cueing
import Directing
import NodeStore
import Playout
import RuntimeSupport

/// What goes to the player, and what the player says.
extension NodeCore {
    func take(_ news: ContentFetcher.News) {
        switch news {
        case .available(let hash):
            perform(direct(.content(hash, .available)))
        case .evicted(let hash):
            perform(direct(.content(hash, .missing)))
        case .failed(let hash, let reason):
            var event = NodeEvent(.contentFailed, reason: reason)
            event.sha256 = hash
            perform([.record(.node(event))] + direct(.content(hash, .failed(reason))))
        }
    }

    /// Has the player load a cue, silently, and its audio be compared with its hashes meanwhile: calls about it wait for that.
    ///
    /// What has a relay is loaded after the check, which says whether there is a fallback.
    func begin(loading cue: CueID, _ order: LoadOrder) {
        lastVoice += 1
        let voice = VoiceID(lastVoice)
        voices[cue] = Voice(id: voice, waiting: [])
        cues[voice] = cue
        let hasRelay = order.blocks.contains { if case .relay = $0 { true } else { false } }
        if !hasRelay {
            voices[cue]?.isLoaded = true
            player.load(VoiceRequest(id: voice, order) { content.path(of: $0.sha256) })
        }
        load.yield(Load(cue: cue, order: order, voice: voice))
    }

    /// Compares the audio of a cue with its hashes, while this actor waits for the disk, and then has it let through.
    @concurrent
    nonisolated func check(_ load: Load) async {
        var paths: [ContentHash: String] = [:]
        for block in load.order.blocks {
            guard let audio = block.content else { continue }
            do throws(ContentStore.Fault) {
                paths[audio.sha256] = try await content.open(audio)
            } catch {
                guard case .relay = block else { return await miss(load, audio.sha256, error) }
                // The station may well be there: the relay goes without its fallback.
                await lose(audio.sha256, because: error)
            }
        }
        await letThrough(load, paths)
    }

    /// Makes the calls that waited for a cue's audio to be checked.
    private func letThrough(_ load: Load, _ paths: [ContentHash: String]) {
        guard let voice = voices[load.cue], voice.id == load.voice, let calls = voice.waiting else { return }
        if !voice.isLoaded { player.load(VoiceRequest(id: load.voice, load.order) { paths[$0.sha256] }) }
        voices[load.cue]?.waiting = nil
        for call in calls { call(player) }
        if let end = voice.end { take(.ended(voice.id, end)) }
    }

    /// Gives a cue whose audio cannot be opened back to the director, and has the audio looked for again.
    func miss(_ load: Load, _ hash: ContentHash, _ fault: ContentStore.Fault) async {
        guard voices[load.cue]?.id == load.voice else { return }
        player.stop(load.voice)
        forget(load.cue)
        perform(
            record(of: hash, fault) + direct(.content(hash, .missing))
                + direct(.player(.ended(load.cue, .unheard(.stopped)))))
        await lookAgain(for: hash, fault)
    }

    /// Audio that was on the disk, and whose scrub failed.
    func lose(_ hash: ContentHash, because fault: ContentStore.Fault) async {
        if case .storage = fault {
            perform(record(of: hash, fault))
        } else {
            perform(record(of: hash, fault) + direct(.content(hash, .missing)))
        }
        await lookAgain(for: hash, fault)
    }

    private func lookAgain(for hash: ContentHash, _ fault: ContentStore.Fault) async {
        if case .storage = fault {
            await fetcher.recheck(hash, isDiskFault: true)
        } else {
            await fetcher.recheck(hash, isDiskFault: false)
        }
    }

    private func record(of hash: ContentHash, _ fault: ContentStore.Fault) -> [Effect] {
        var event: NodeEvent
        switch fault {
        case .missing: event = NodeEvent(.contentFailed, reason: Reason(.contentMissing, "\(fault)"))
        case .corrupt: event = NodeEvent(.contentCorrupt, reason: Reason(.contentCorrupt, "\(fault)"))
        case .storage: event = NodeEvent(.storageFault, reason: Reason(ReasonCode(rawValue: "storage"), "\(fault)"))
        }
        // A disk that fails does so each time that it is asked.
        guard let count = throttle.note("\(event.kind) \(hash)", boot: BootClock.nanoseconds) else { return [] }
        event.sha256 = hash
        event.count = count
        return [.record(.node(event))]
    }

    func take(_ event: PlayerEvent) {
        if isOfSelfTest(event) { return }
        switch event {
        case .loaded(let voice, _, let rate):
            guard let cue = cues[voice] else { return }
            voices[cue]?.rate = rate
            perform(direct(.player(.loaded(cue))))
        case .started(let voice, let wallNanoseconds, let error):
            guard let cue = cues[voice] else { return }
            playhead.note(cue, frames: 0, rate: voices[cue]?.rate ?? 0)
            let at = Timestamp(nanoseconds: wallNanoseconds)
            perform(direct(.player(.started(cue, at: at, startError: error))))
        case .progress(let voice, let framesHeard):
            guard let cue = cues[voice] else { return }
            playhead.note(cue, frames: framesHeard, rate: voices[cue]?.rate ?? 0)
        case .paused(let voice, let framesHeard):
            guard let cue = cues[voice] else { return }
            let rate = voices[cue]?.rate ?? 0
            playhead.note(cue, frames: framesHeard, rate: rate)
            perform(direct(.player(.paused(cue, Heard(frames: framesHeard, rate: rate)))))
        case .resumed(let voice, _, _):
            guard let cue = cues[voice] else { return }
            perform(direct(.player(.resumed(cue))))
        case .ended(let voice, let end):
            guard let cue = cues[voice] else { return }
            if voices[cue]?.waiting != nil {
                // Should its audio turn out to be damaged, that is the reason.
                voices[cue]?.end = end
                return
            }
            forget(cue)
            ended.append(cue)
            let account = CueEnd(end)
            if account.isWhole { failures.forget(cue) }
            if case .failed(let words) = end.completion { failures.note(cue, words, boot: BootClock.nanoseconds) }
            perform(direct(.player(.ended(cue, account))))
        case .deviceLost(let words):
            deviceLostSince = deviceLostSince ?? BootClock.nanoseconds
            let reason = Reason(.deviceLost, words)
            perform([.record(.node(NodeEvent(.deviceLost, reason: reason)))] + direct(.deviceLost(words)))
        case .deviceRestored:
            var event = NodeEvent(.deviceRestored)
            event.seconds = deviceLostSince.map { Double(BootClock.nanoseconds - $0) / 1e9 }
            deviceLostSince = nil
            perform([.record(.node(event))] + direct(.deviceRestored))
        case .xrun(let count):
            tally.note(.xrun, total: count)
            recordTally()
        case .suspended(let count):
            tally.note(.suspended, total: count)
            recordTally()
        case .outputFault(let part, let words):
            outputs.note(.outputFault, of: part, words)
            recordTally()
        case .outputRestored(let part):
            outputs.note(.outputRestored, of: part, "The \(part) does as it is told again.")
            recordTally()
        }
    }

    /// Records how often the device ran dry, what became of amplifier and volume, and the like, once a minute at most.
    func recordTally(boot: Int64 = BootClock.nanoseconds) {
        let events = tally.due(boot: boot) + outputs.due(boot: boot)
        if !events.isEmpty { perform(events.map { .record(.node($0)) }) }
    }

    func forget(_ cue: CueID) {
        if let voice = voices.removeValue(forKey: cue) { cues[voice.id] = nil }
        if voices.isEmpty { stopped.continuation.yield() }
    }

    /// Makes a call about a cue's voice, as soon as the cue's audio has been checked.
    func tell(_ cue: CueID, _ call: @escaping @Sendable (Player, VoiceID) -> Void) {
        guard let voice = voices[cue] else { return }
        if voice.waiting == nil {
            call(player, voice.id)
        } else {
            voices[cue]?.waiting?.append { call($0, voice.id) }
        }
    }
}
