/// The times of day that some hours, minutes and seconds make together, in seconds since midnight.
struct TimeOfDaySet: Hashable, Sendable {
    var hours: SmallSet
    var minutes: SmallSet
    var seconds: SmallSet

    var count: Int { hours.count * minutes.count * seconds.count }

    /// The time of day that has `index` others before it, of which there must be as many.
    subscript(index: Int) -> Int {
        let (minute, second) = index.quotientAndRemainder(dividingBy: seconds.count)
        let (hour, minuteOfHour) = minute.quotientAndRemainder(dividingBy: minutes.count)
        return hours[hour] * 3600 + minutes[minuteOfHour] * 60 + seconds[second]
    }

    /// The first time of day that is not before `time`.
    func first(from time: Int) -> Int? {
        let hour = time / 3600
        if hours.contains(hour) {
            let minute = time / 60 % 60
            if minutes.contains(minute), let second = seconds.first(from: time % 60) {
                return hour * 3600 + minute * 60 + second
            }
            let next = minutes.contains(minute) ? minute + 1 : minute
            if let minute = minutes.first(from: next), let second = seconds.first(from: 0) {
                return hour * 3600 + minute * 60 + second
            }
        }
        guard let hour = hours.first(from: hour + 1), let minute = minutes.first(from: 0),
            let second = seconds.first(from: 0)
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Those within the hour, or the minute, of `time`.
    func restricted(toHourOf time: Int) -> TimeOfDaySet {
        TimeOfDaySet(hours: SmallSet([time / 3600]), minutes: minutes, seconds: seconds)
    }

    func restricted(toMinuteOf time: Int) -> TimeOfDaySet {
        TimeOfDaySet(hours: SmallSet([time / 3600]), minutes: SmallSet([time / 60 % 60]), seconds: seconds)
    }
}
