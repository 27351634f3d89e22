import ALSAPlayback
import Glibc
import Rendering
import RuntimeSupport

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
        do throws(PCMFault) {
            unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0, count: Self.chunk * 2 * 4)
            var left = device?.parameters.bufferFrames ?? 0
            while left > 0 {
                let written = unsafe try device?.write(buffer, frames: min(left, Self.chunk)) ?? 0
                if written == 0 { break }
                left -= written
            }
            try device?.start()
            let room = try device?.position().room ?? 0
            trial = (room, MonotonicClock.nanoseconds)
            // Whatever comes or goes meanwhile is remembered here.
            retryAt = Int64.max
        } catch {
            endTrial()
        }
    }

    /// Looks whether the device on trial has moved.
    func watchTrial() {
        guard let trial, let parameters = device?.parameters else { return }
        do throws(PCMFault) {
            guard let position = try device?.position() else { return }
            if position.isRunning, position.room > trial.room {
                try device?.reset()
                self.trial = nil
                isDoubted = false
                backoff = Self.firstBackoff(configuration)
                adopt()
            } else if MonotonicClock.nanoseconds - trial.since > Self.patience(with: parameters) {
                throw PCMFault.stalled
            }
        } catch {
            endTrial()
        }
    }

    /// The device does not play. Nothing is told of it, for it is known to be lost.
    private func endTrial() {
        device = nil
        let noticed = trial == nil ? Int64.max : retryAt
        trial = nil
        postpone(MonotonicClock.nanoseconds)
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
        lossIsKnown = false
        margin = configuration.rewindMargin
        tell(.opened(agreed))
    }
}
