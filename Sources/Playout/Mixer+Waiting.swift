import ALSAPlayback
import Glibc
import Rendering
import RuntimeSupport
import Synchronization

extension Mixer {
    /// Sleeps until there is something to do: a command, the device, or a moment that is due.
    func wait(until limit: Int64?) {
        var count = 1
        unsafe descriptors[0] = pollfd(fd: commands.descriptor, events: Int16(POLLIN), revents: 0)
        var deviceCount = 0
        let now = MonotonicClock.nanoseconds
        switch mode {
        case .playing where now >= pausedUntil:
            deviceCount = unsafe device?.fill(descriptors + 1, count: Self.descriptorLimit - 1) ?? 0
            count += deviceCount
        case .idle, .lost:
            if let folders {
                unsafe descriptors[1] = pollfd(fd: folders.descriptor, events: Int16(POLLIN), revents: 0)
                count += 1
            }
        case .playing: break
        }
        let until = min(deadline(now), limit ?? Int64.max)
        while true {
            let patience = (max(0, until - MonotonicClock.nanoseconds) + 999_999) / 1_000_000
            let found = unsafe poll(descriptors, nfds_t(count), CInt(clamping: patience))
            if unsafe descriptors[0].revents != 0 {
                commands.clear()
                return
            }
            // A descriptor that is always ready must not keep us from what is due.
            if found <= 0 || patience == 0 { return }
            if mode != .playing {
                noteChange()
                return
            }
            // A device may wake us for reasons of its own.
            if unsafe device?.events(in: descriptors + 1, count: deviceCount) ?? 0 != 0 { return }
        }
    }

    /// When something has to be done that no descriptor announces.
    private func deadline(_ now: Int64) -> Int64 {
        if pausedUntil > now { return pausedUntil }
        var until = Int64.max
        switch mode {
        case .idle:
            until = now + Self.watch
        case .playing:
            let frames = parameters.map { Int64($0.bufferFrames) } ?? rate
            until = now + frames * 1_000_000_000 / rate
            if isSettling { until = now + 10_000_000 }
            if let report = renderer.nextReport { until = min(until, now + (report - heard) * 1_000_000_000 / rate) }
        case .lost:
            until = trial == nil ? retryAt : now + Self.glance
            if adrift != nil { until = min(until, now + 200_000_000) }
        }
        if mode != .playing {
            if let instant = renderer.nextInstant {
                let early = mode == .idle ? lead : 0
                until = min(until, now + max(0, saturating(instant, minus: WallClock.nanoseconds) - early))
            }
            if port.needsAmplifier.load(ordering: .relaxed) { until = min(until, awakeUntil) }
        }
        return until
    }

    /// How long before an instant the device has to run, so that the frame can be told.
    var lead: Int64 { 150_000_000 + Int64(configuration.warmUp * 1e9) }

    func saturating(_ left: Int64, minus right: Int64) -> Int64 {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        return overflow ? (left < right ? Int64.min / 2 : Int64.max / 2) : difference
    }
}
