import Broadcasting
import Scheduling

extension Director {
    /// When `.timer` is to be delivered next; in any case within 60 seconds.
    public var nextWake: Wake? {
        guard time.instant != nil else { return nil }
        var wake = Wake()
        for playback in playbacks { include(playback, in: &wake) }
        for each in inForce where each.broadcast.cancelled == nil {
            guard let cue = Cue(each.broadcast, number: decided(each.broadcast.id.rawValue) + 1) else { continue }
            include(cue.due.advanced(byNanoseconds: -loadLead), in: &wake)
            include(cue.due, in: &wake)
            include(after(cue.expires), in: &wake)
        }
        if time.isTrusted {
            for each in programmes {
                guard let next = each.next else { continue }
                include(next.instant.advanced(byNanoseconds: -loadLead), in: &wake)
            }
            if let wantsAnewAt { include(wantsAnewAt, in: &wake) }
        }
        if let settings, playbacks.contains(where: { !$0.cue.isEmergency }) {
            // What sounds is stopped, or changes its volume, when the hours do; and counts for another day after midnight.
            let second = secondOfDay(at: time.reckoned)
            for hours in settings.quietHours + [settings.volumes.night?.hours].compactMap({ $0 }) {
                guard let distance = hours.untilChange(secondOfDay: second) else { continue }
                include(secondsOnTheWall: distance, in: &wake)
            }
            if settings.limits.day != nil { include(secondsOnTheWall: 86_400 - second, in: &wake) }
        }
        return wake == Wake() ? nil : wake
    }

    private func include(_ playback: Playback, in wake: inout Wake) {
        let now = time.monotonic
        switch playback.voice?.state {
        case .armed(let instant): include(monotonic: instant, in: &wake)
        case .stopping(let since): include(monotonic: since + DirectorTimes.stopPatience, in: &wake)
        case .playing:
            let left = maximumDuration(playback.cue) + DirectorTimes.overrun - playback.sounded(at: now)
            include(monotonic: now + left, in: &wake)
        case .loaded, .paused, nil: break
        }
        if playback.hasBegun, playback.ending == nil {
            if let slotEnd = slotEnd(playback) {
                include(slotEnd.wall, in: &wake)
                include(slotEnd.wall.advanced(byNanoseconds: DirectorTimes.overrun), in: &wake)
                include(monotonic: slotEnd.monotonic, in: &wake)
                include(monotonic: slotEnd.monotonic + DirectorTimes.overrun, in: &wake)
            }
            if !playback.cue.isEmergency, let left = useLeft {
                include(monotonic: now + left + DirectorTimes.overrun, in: &wake)
            }
        } else if playback.cue.isProgramme {
            for audio in playback.cue.audio where content[audio.sha256] != .available {
                guard let since = wantedSince[audio.sha256] else { continue }
                include(monotonic: since + DirectorTimes.contentPatience, in: &wake)
            }
        }
        if let startBy = startBy(playback) { include(monotonic: startBy, in: &wake) }
        if playback.voice?.state == .paused, let liveEnd = liveEnd(playback) { include(monotonic: liveEnd, in: &wake) }
        if !playback.isDue, !playback.hasBegun {
            include(playback.cue.due.advanced(byNanoseconds: -armLead), in: &wake)
            include(playback.cue.due, in: &wake)
        }
        include(after(playback.cue.expires), in: &wake)
    }

    /// When the clocks on the wall will have gone on by so many seconds; or when they are changed, if that is before.
    private func include(secondsOnTheWall distance: Int, in wake: inout Wake) {
        let fraction = time.reckoned.nanoseconds % DirectorTimes.second
        let instant = time.reckoned.advanced(byNanoseconds: Int64(distance) * DirectorTimes.second - fraction)
        include(instant, in: &wake)
        if let change = localZone.firstChange(from: time.reckoned, to: instant) { include(change, in: &wake) }
    }

    private func after(_ instant: Timestamp) -> Timestamp { instant.advanced(byNanoseconds: 1) }

    /// A wall instant is waited for on the clock that is believed.
    private func include(_ instant: Timestamp, in wake: inout Wake) {
        guard instant > time.reckoned else { return }
        if time.isTrusted {
            wake.wall = wake.wall.map { min($0, instant) } ?? instant
            return
        }
        let (distance, overflow) = instant.nanoseconds.subtractingReportingOverflow(time.reckoned.nanoseconds)
        let (at, overflows) = time.monotonic.addingReportingOverflow(distance)
        if !overflow, !overflows { include(monotonic: at, in: &wake) }
    }

    private func include(monotonic instant: Int64, in wake: inout Wake) {
        guard instant > time.monotonic else { return }
        wake.monotonic = wake.monotonic.map { min($0, instant) } ?? instant
    }
}
