import ALSAPlayback
import Glibc
import Rendering
import RuntimeSupport

/// A device that plays silence to show that it plays.
struct Trial {
    /// When it began, in monotonic time.
    var since: Int64
    /// Frames of silence that the device was given, and those of them that it has played, and when it was last seen to move.
    var written = 0
    var moved = 0
    var movedAt: Int64

    /// Whether there was time to play all that was written.
    func isPlayed(at now: Int64, rate: Int64) -> Bool { (now - since) * rate >= Int64(written) * 1_000_000_000 }
}

/// How the device is opened, at first and when it comes back.
extension Mixer {
    /// How often a device on trial is looked at, in nanoseconds.
    static let glance: Int64 = 10_000_000

    /// Tries to open the device.
    func open(_ now: Int64) {
        // Watched before it is tried, so that nothing that comes in between is missed; and anew, for the folder itself may be.
        folders = try? FolderWatch(configuration.deviceFolders)
        let wish = PCMWish(
            rate: configuration.rate, channels: configuration.channels, bufferDuration: configuration.bufferDuration,
            shortBufferDuration: configuration.shortBufferDuration, maximumBufferFrames: Renderer.maximumBuffer)
        do throws(PCMError) {
            device = try PCMDevice(name: configuration.device, wish: wish)
        } catch {
            if !lossIsKnown {
                lossIsKnown = true
                tell(.lost("\(error)"))
            }
            postpone(now)
            return
        }
        if isDoubted { beginTrial() } else { adopt() }
    }

    // MARK: - A device that is doubted

    /// Has the device play silence until it is seen to move. Until then it is lost as before, and what sounds goes on by the clock.
    private func beginTrial() {
        let now = MonotonicClock.nanoseconds
        trial = Trial(since: now, movedAt: now)
        // Whatever comes or goes meanwhile is remembered here.
        retryAt = Int64.max
        do throws(PCMFault) {
            try writeSilence()
            try device?.start()
        } catch {
            endTrial()
        }
    }

    private func writeSilence() throws(PCMFault) {
        unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0, count: Self.chunk * 2 * 4)
        var room = try device?.position().room ?? 0
        while room > 0 {
            let written = unsafe try device?.write(buffer, frames: min(room, Self.chunk)) ?? 0
            if written == 0 { return }
            trial?.written += written
            room -= written
        }
    }

    /// Looks whether the device on trial has moved.
    func watchTrial() {
        guard let trial, let parameters = device?.parameters else { return }
        let now = MonotonicClock.nanoseconds
        do throws(PCMFault) {
            let moved: Int
            do throws(PCMFault) {
                guard let position = try device?.position() else { return }
                moved = position.isRunning ? trial.written - (parameters.bufferFrames - position.room) : 0
            } catch  where error.isUnderrun && trial.isPlayed(at: now, rate: Int64(parameters.rate)) {
                // We were late, and it has played all that it had.
                moved = max(trial.written, proofFrames(parameters))
            }
            if moved > trial.moved {
                self.trial?.moved = moved
                self.trial?.movedAt = now
            }
            if moved >= proofFrames(parameters) {
                try device?.reset()
                self.trial = nil
                isDoubted = false
                adopt()
                isProven = true
            } else if now - trial.movedAt > Self.patience(with: parameters) {
                throw PCMFault.stalled
            } else if moved <= 0, now >= retryAt {
                // Something else may be there by now.
                endTrial()
            } else {
                try writeSilence()
            }
        } catch {
            endTrial()
        }
    }

    /// How far a device on trial has to move: half of what it holds, at least, so that it was not only its FIFO that was filled.
    private func proofFrames(_ parameters: PCMParameters) -> Int {
        max(parameters.bufferFrames / 2, Int(proof * Double(parameters.rate)))
    }

    /// The device does not play. Nothing is told of it, for it is known to be lost.
    private func endTrial() {
        device = nil
        let noticed = retryAt
        postpone(trial?.since ?? MonotonicClock.nanoseconds)
        trial = nil
        retryAt = min(retryAt, noticed)
    }

    // MARK: - A device that is there

    private func adopt() {
        guard let agreed = device?.parameters else { return }
        // Where nothing goes on by the clock, what has been asked for waits until the amplifier is awake.
        if adrift != nil { drift(MonotonicClock.nanoseconds) }
        if agreed.rate != Int(rate) {
            // A deck of the old rate ends here: what was heard of it and not yet told would be lost with it.
            let clock = FrameClock(frame: heard, instant: WallClock.nanoseconds, rate: rate)
            renderer.advance(heard: heard, audible: false, clock: clock, progressInterval: 1)
        }
        parameters = agreed
        rate = Int64(agreed.rate)
        format =
            switch agreed.format {
            case .s16: .s16
            case .s32: .s32
            case .s24: .s24
            case .s24Packed: .s24Packed
            case .float: .float
            }
        renderer.rewind(to: heard)
        renderer.unplaceStarts()
        renderer.adopt(channels: agreed.channels, rate: agreed.rate)
        heard = renderer.frontier
        isReturning = adrift != nil
        adrift = nil
        mode = .idle
        openedAt = MonotonicClock.nanoseconds
        hasMoved = false
        isProven = false
        lossIsKnown = false
        margin = configuration.rewindMargin
        tell(.opened(agreed))
    }
}
