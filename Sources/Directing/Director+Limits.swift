import Broadcasting
import Scheduling

/// What may sound in a day and a week, emergencies aside, and on which days.
extension Director {
    /// Why the limits of the day and the week do not let a cue begin at an instant, if they do not.
    func useRefusal(of playback: Playback, at instant: Timestamp) -> Reason? {
        guard let limits = settings?.limits, !playback.cue.isEmergency,
            limits.day != nil || limits.week != nil || limits.days != nil
        else { return nil }
        let day = localDay(instant)
        if let days = limits.days, !days.contains(Self.dayOfWeek(day)) {
            return Reason(
                .useLimit,
                "only on \(days.map(\.rawValue).joined(separator: ", ")), and it is \(Self.dayOfWeek(day).rawValue)")
        }
        var use = memory.use
        use.turn(to: day)
        let more = use.day == memory.use.day ? uncounted : 0
        for (limit, sum, name) in [(limits.day, use.today, "day"), (limits.week, use.thisWeek, "week")] {
            guard let limit else { continue }
            if let sessions = limit.sessions, sum.sessions >= sessions, playback.earlier == nil, !playback.isCounted {
                return Reason(.useLimit, "the \(sessions) sessions of the \(name) have been")
            }
            if let seconds = limit.seconds, sum.isUsedUp(limit, after: more) {
                return Reason(.useLimit, "the \(seconds) s of the \(name) have sounded")
            }
        }
        return nil
    }

    /// Nanoseconds for which what is no emergency may still sound; nil when nothing limits it.
    var useLeft: Int64? {
        guard let limits = settings?.limits, limits.day?.seconds != nil || limits.week?.seconds != nil else {
            return nil
        }
        let more = uncounted
        let left = [
            limits.day.flatMap { memory.use.today.left(of: $0, after: more) },
            limits.week.flatMap { memory.use.thisWeek.left(of: $0, after: more) },
        ]
        return left.compactMap { $0 }.min()
    }

    /// Nanoseconds that have sounded and are not in the memory yet.
    private var uncounted: Int64 {
        playbacks.reduce(0) { sum, playback in
            playback.cue.isEmergency ? sum : sum + playback.sounded(at: time.monotonic) - playback.counted
        }
    }

    /// Has what sounded until now count for the day that is over, once another has come. Which day it is, the settings say.
    mutating func turnDay() {
        guard settings != nil else { return }
        let day = localDay(time.reckoned)
        guard day != memory.use.day else { return }
        for index in playbacks.indices { account(index) }
        memory.use.turn(to: day)
    }

    /// Counts what has sounded of a cue, and the cue itself when it begins.
    mutating func account(_ index: Int, begins: Bool = false) {
        guard !playbacks[index].cue.isEmergency else { return }
        let sounded = playbacks[index].sounded(at: time.monotonic)
        let isSession = begins && !playbacks[index].isCounted && playbacks[index].earlier == nil
        guard isSession || sounded != playbacks[index].counted else { return }
        memory.use.add(sessions: isSession ? 1 : 0, time: sounded - playbacks[index].counted)
        if begins { playbacks[index].isCounted = true }
        noteCounted(index, sounded)
    }

    /// Remembers how much of what sounds is counted.
    mutating func noteCounted(_ index: Int, _ nanoseconds: Int64) {
        playbacks[index].counted = nanoseconds
        let cue = playbacks[index].id
        if let number = cue.broadcast?.number {
            guard let place = memory.broadcasts[cue.item]?.begun.firstIndex(where: { $0.number == number }) else {
                return
            }
            memory.broadcasts[cue.item]?.begun[place].counted = nanoseconds
        } else if let place = memory.programmes[cue.item]?.begun.firstIndex(where: { $0.cue == cue }) {
            memory.programmes[cue.item]?.begun[place].counted = nanoseconds
        }
    }

    /// Takes back the session of a cue that was told to begin and did not.
    mutating func uncount(_ index: Int) {
        guard playbacks[index].isCounted else { return }
        memory.use.add(sessions: -1, time: -playbacks[index].counted)
        playbacks[index].isCounted = false
        playbacks[index].counted = 0
    }

    /// Counts what sounded of a cue before the program died, and was not counted yet.
    mutating func count(_ priority: Priority, _ heard: Heard?, counted: Int64?) {
        guard !priority.isEmergency, let heard, heard.rate > 0 else { return }
        let (seconds, rest) = heard.frames.quotientAndRemainder(dividingBy: Int64(heard.rate))
        let sounded = seconds * DirectorTimes.second + rest * DirectorTimes.second / Int64(heard.rate)
        memory.use.add(sessions: 0, time: max(0, sounded - (counted ?? 0)))
    }

    private func localDay(_ instant: Timestamp) -> Int {
        let seconds = instant.nanoseconds / DirectorTimes.second + Int64(localZone.secondsFromUTC(at: instant))
        return Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    }

    /// Of a day counted from 1970-01-01, a Thursday.
    private static func dayOfWeek(_ day: Int) -> DayOfWeek { DayOfWeek.allCases[((day + 3) % 7 + 7) % 7] }
}
