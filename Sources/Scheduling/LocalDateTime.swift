public import Broadcasting

/// What a clock on the wall shows: date and time of the Gregorian calendar, whole seconds, no zone.
///
/// Holds the years 0 to 9999, also those before the calendar's introduction. Ordered as a clock that is never changed would
/// show them.
public struct LocalDateTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds from 1970-01-01T00:00:00 on the same clock, as if it were never changed.
    public let secondsSince1970: Int64

    /// Kept within the years 0 to 9999.
    public init(secondsSince1970 seconds: Int64) {
        secondsSince1970 = max(Self.first, min(Self.last, seconds))
    }

    /// Reads `2026-11-23T05:00:00`, or `20261123T050000` as iCalendar writes it; nil for anything else, and for a date or
    /// time that does not exist.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        switch bytes.count {
        case 19:
            let marks = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")] as [(Int, Unicode.Scalar)]
            guard marks.allSatisfy({ bytes[$0] == UInt8(ascii: $1) }) else { return nil }
            self.init(
                digits: bytes[0..<4] + bytes[5..<7] + bytes[8..<10] + bytes[11..<13] + bytes[14..<16] + bytes[17...])
        case 15:
            guard bytes[8] == UInt8(ascii: "T") else { return nil }
            self.init(digits: bytes[..<8] + bytes[9...])
        default: return nil
        }
    }

    /// Fourteen digits from the year to the second.
    private init?(digits: ArraySlice<UInt8>) {
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        let values = digits.map { Int($0 - UInt8(ascii: "0")) }
        func pair(_ index: Int) -> Int { values[index] * 10 + values[index + 1] }
        let (year, month, day) = (pair(0) * 100 + pair(2), pair(4), pair(6))
        let (hour, minute, second) = (pair(8), pair(10), pair(12))
        guard (1...12).contains(month), (1...CivilDate.days(inMonth: month, year: year)).contains(day), hour < 24,
            minute < 60, second < 60
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        secondsSince1970 = Int64(days * 86_400 + hour * 3600 + minute * 60 + second)
    }

    /// The day, counted from 1970-01-01.
    var daysSince1970: Int { Int(secondsSince1970.floorDivided(by: 86_400)) }

    public var date: CivilDate { CivilDate(daysSinceEpoch: daysSince1970) }
    public var year: Int { date.year }
    public var month: Int { date.month }
    public var day: Int { date.day }
    public var hour: Int { secondOfDay / 3600 }
    public var minute: Int { secondOfDay / 60 % 60 }
    public var second: Int { secondOfDay % 60 }

    /// Seconds since midnight.
    var secondOfDay: Int { Int(secondsSince1970 - Int64(daysSince1970) * 86_400) }

    public static func < (left: LocalDateTime, right: LocalDateTime) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }

    /// `2026-11-23T05:00:00`.
    public var description: String {
        let date = date
        let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        return "\(day)T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
    }

    /// `20261123T050000`, as iCalendar writes it.
    var basicText: String {
        let date = date
        let time = "\(padded(hour, 2))\(padded(minute, 2))\(padded(second, 2))"
        return "\(padded(date.year, 4))\(padded(date.month, 2))\(padded(date.day, 2))T\(time)"
    }

    private static let first: Int64 = -62_167_219_200
    private static let last: Int64 = 253_402_300_799
}

func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension BinaryInteger {
    /// The quotient, rounded down.
    func floorDivided(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
