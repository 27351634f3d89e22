import ALSAPlayback
import Glibc
import Rendering
import RuntimeSupport
import Synchronization

/// What goes wrong with the device, and how it comes right.
extension Mixer {
    /// The longest that a margin grows by xruns, in seconds.
    static let longestMargin = 0.04
    /// Recoveries in a row that are tried without a pause.
    private static let hastyRecoveries = 8
    /// How long a device may be recovered again and again without moving before it is opened anew.
    private static let hopeless: Int64 = 2_000_000_000
    /// A device that is lost so soon after it was opened is not tried again at once, in nanoseconds.
    private static let haste: Int64 = 500_000_000

    /// One that is lost so soon after it had passed a trial, in nanoseconds, is put on a longer one, up to so many seconds.
    private static let fickle: Int64 = 10_000_000_000
    private static let longestProof = 5.0

    /// Brings a device that has stopped back; one that is gone, or that is not to be brought back, is lost.
    func recover(from error: PCMFault) {
        let now = MonotonicClock.nanoseconds
        var unplayed = 0
        do throws(PCMFault) {
            if now - motion.at > Self.hopeless, recoveries > 0 { throw error }
            if error.isUnderrun || error.isSuspension { unplayed = device?.unplayed ?? 0 }
            try device?.recover(from: error)
        } catch {
            lose(error)
            return
        }
        let wall = WallClock.nanoseconds
        // What the device had not played when it stopped is played now.
        renderer.rewind(to: max(renderer.frontier - Int64(unplayed), heard))
        renderer.unplaceStarts()
        heard = renderer.frontier
        if error.isUnderrun {
            port.xruns.wrappingAdd(1, ordering: .relaxed)
            let buffer = parameters.map { Int64($0.bufferFrames) * 1_000_000_000 / rate } ?? 0
            if now - takenBackAt < buffer {
                // Too little was left to it when sound was taken back.
                margin = min(margin * 2, max(Self.longestMargin, configuration.rewindMargin))
            }
        } else {
            port.suspensions.wrappingAdd(1, ordering: .relaxed)
        }
        hear(FrameClock(frame: heard, instant: wall, rate: rate), audible: true)
        reports.signal()
        recoveries += 1
        // At once, but a device that only ever stops must not take all the time that there is.
        pausedUntil = now + (recoveries > Self.hastyRecoveries ? 10_000_000 : 0)
        needsCycle()
    }

    /// Has the loop go round again without waiting for the device.
    private func needsCycle() {
        commands.signal()
    }

    private func lose(_ fault: PCMFault) {
        device = nil
        let now = MonotonicClock.nanoseconds
        // Since it was last seen to move it went on too, as far as it had been given anything.
        let passed = min(motion.frame + frames(in: now - motion.at), renderer.frontier)
        adrift = mode == .playing ? (max(heard, passed), now) : nil
        // One that has gone is another one when it is back. One that is there and does not play has to show that it does again.
        if mode == .playing, !hasMoved || !fault.isLoss { isDoubted = true }
        mode = .lost
        fallSilent()
        pausedUntil = 0
        recoveries = 0
        let isHasty = now - openedAt < Self.haste
        // One that moves, passes, and stands still again has to move longer the next time.
        let isFickle = isProven && now - openedAt < Self.fickle
        proof = isFickle && isDoubted ? min(max(proof * 4, 0.02), Self.longestProof) : 0
        if hasMoved || !isHasty { backoff = Self.firstBackoff(configuration) }
        retryAt = now
        if isHasty { postpone(now) }
        lossIsKnown = true
        tell(.lost("\(configuration.device): \(fault)"))
    }

    /// Has the next attempt to open the device wait, each time longer.
    func postpone(_ now: Int64) {
        retryAt = now + backoff
        backoff = min(backoff * 2, Int64(configuration.reopenInterval * 1e9))
    }

    static func firstBackoff(_ configuration: PlayerConfiguration) -> Int64 {
        Int64(configuration.reopenInterval * 1e9) / 2
    }

    /// Something has come or gone where devices are: it may be ours.
    func noteChange() {
        folders?.clear()
        // A card brings several files at once, and each is changed once more by whoever gives it to its group.
        retryAt = min(retryAt, MonotonicClock.nanoseconds + 5_000_000)
    }

    /// Moves the voices on by the clock.
    func drift(_ now: Int64) {
        let wall = WallClock.nanoseconds
        if let adrift {
            heard = max(heard, adrift.frame + frames(in: now - adrift.since))
        }
        var clock = FrameClock(frame: heard, instant: wall, rate: rate)
        catchUp(clock)
        hear(clock, audible: false)
        renderer.earliestStart = 0
        if renderer.hasCommands {
            renderer.rewind(to: heard)
            renderer.takeCommands()
            heard = max(heard, renderer.frontier)
            clock.frame = heard
            hear(clock, audible: false)
        }
        let isDue = renderer.nextInstant.map { $0 <= wall } ?? false
        if renderer.isActive || isDue {
            if adrift == nil { adrift = (heard, now) }
            renderer.placeStarts(within: 1, by: clock)
        } else {
            adrift = nil
        }
    }

    /// Frames in so many nanoseconds, which may be years of them.
    private func frames(in nanoseconds: Int64) -> Int64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds * rate + rest * rate / 1_000_000_000
    }

    private func catchUp(_ clock: FrameClock) {
        while renderer.frontier < heard {
            let count = Int(min(heard - renderer.frontier, Int64(Self.chunk)))
            renderer.placeStarts(within: count, by: clock)
            unsafe renderer.render(count, as: format, to: nil)
            // Give the decoders room as we go.
            renderer.advance(
                heard: renderer.frontier, audible: false, clock: clock, progressInterval: Int64.max)
        }
    }
}
