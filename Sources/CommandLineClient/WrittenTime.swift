import ArgumentParser
import Broadcasting

/// An instant as a person writes it, before it is known in which zone.
enum WrittenTime: Hashable, Sendable {
    /// RFC 3339, with its own offset.
    case instant(Timestamp)
    /// `HH:mm`: the next time that a clock on the wall shows it.
    case timeOfDay(hour: Int, minute: Int)
    /// `dd/MM/yyyy HH:mm`.
    case local(CivilDate, hour: Int, minute: Int)

    /// - Throws: `ValidationError`, which says what is wrong and what to write.
    init(_ text: String) throws {
        if let instant = Timestamp(text) {
            self = .instant(instant)
            return
        }
        let parts = text.split(separator: " ").map(String.init)
        switch parts.count {
        case 1 where parts[0].contains(":") && !parts[0].contains("-"):
            let (hour, minute) = try Self.clock(parts[0])
            self = .timeOfDay(hour: hour, minute: minute)
        case 2 where parts[0].contains("/"):
            let (hour, minute) = try Self.clock(parts[1])
            self = .local(try Self.date(parts[0]), hour: hour, minute: minute)
        case 1 where text.contains("/"):
            throw ValidationError("'\(text)' has no time of day: write '\(text) 05:00'")
        case 1 where text.contains("T") && text.contains("-"):
            throw ValidationError("'\(text)' is not RFC 3339 with an offset: write 2026-11-21T05:00:00+07:00")
        default:
            throw ValidationError(
                "'\(text)' is no time: write 17:05, '21/11/2026 17:05' or 2026-11-21T17:05:00+07:00")
        }
    }

    /// Reads also a date without a time of day, which is its midnight: `30/11/2026`, or `2026-11-30` as schedule files have it.
    ///
    /// - Throws: `ValidationError`.
    static func orMidnight(_ text: String) throws -> WrittenTime {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count == 3, parts.map(\.count) == [4, 2, 2] {
            return .local(try date("\(parts[2])/\(parts[1])/\(parts[0])"), hour: 0, minute: 0)
        }
        guard text.contains("/"), !text.contains(" ") else { return try WrittenTime(text) }
        return .local(try date(text), hour: 0, minute: 0)
    }

    /// The instant that is meant, for a person whose clock shows `now` in `zone`.
    func resolved(now: Timestamp, in zone: LocalZone) -> Timestamp {
        switch self {
        case .instant(let instant):
            return instant
        case .local(let date, let hour, let minute):
            return zone.instant(date, hour: hour, minute: minute)
        case .timeOfDay(let hour, let minute):
            let today = zone.civil(now).date
            let instant = zone.instant(today, hour: hour, minute: minute)
            guard instant <= now else { return instant }
            let tomorrow = CivilDate(daysSinceEpoch: today.daysSinceEpoch + 1)
            return zone.instant(tomorrow, hour: hour, minute: minute)
        }
    }

    private static func clock(_ text: String) throws -> (hour: Int, minute: Int) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hour = number(parts[0], digits: 1...2), let minute = number(parts[1], digits: 2...2)
        else { throw ValidationError("'\(text)' is no time of day: write it as 05:00 or 17:05") }
        guard hour < 24, minute < 60 else {
            throw ValidationError("'\(text)' is no time of day: it goes from 00:00 to 23:59")
        }
        return (hour, minute)
    }

    private static func date(_ text: String) throws -> CivilDate {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let day = number(parts[0], digits: 1...2), let month = number(parts[1], digits: 1...2),
            let year = number(parts[2], digits: 4...4)
        else { throw ValidationError("'\(text)' is no date: write day/month/year, as 21/11/2026") }
        guard (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, year: year),
            (1970...2200).contains(year)
        else { throw ValidationError("the calendar has no \(text): a date is day/month/year, as 21/11/2026") }
        return CivilDate(year: year, month: month, day: day)
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int(text)
    }
}
