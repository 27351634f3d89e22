import Broadcasting
import Foundation
import FoundationInternationalization

/// The time zone in which a person reads and writes times.
struct LocalZone: Sendable {
    /// What applies where neither `--zone` nor TZ says otherwise: the nodes stand in Vietnam, wherever the shell runs.
    static let standard = "Asia/Ho_Chi_Minh"

    /// Its name in the tz database.
    let name: String
    private let zone: TimeZone

    /// - Throws: `ClientError.usage` when the name is unknown on this machine.
    init(_ name: String) throws {
        guard let zone = TimeZone(identifier: name) else {
            throw ClientError.usage("'\(name)' is no time zone: write a name of the tz database, as \(Self.standard)")
        }
        self.name = name
        self.zone = zone
    }

    /// The zone of `--zone`, or else of TZ, or else `standard`.
    static func chosen(option: String?, environment: [String: String]) throws -> LocalZone {
        if let option { return try LocalZone(option) }
        let variable = environment["TZ"].map { $0.hasPrefix(":") ? String($0.dropFirst()) : $0 } ?? ""
        guard !variable.isEmpty else { return try LocalZone(standard) }
        do {
            return try LocalZone(variable)
        } catch {
            throw ClientError.usage("TZ is '\(variable)', which is no name of the tz database: give --zone \(standard)")
        }
    }

    /// Seconds east of UTC at `instant`.
    func offset(at instant: Timestamp) -> Int {
        zone.secondsFromGMT(for: date(instant))
    }

    /// What calendar and clock show at `instant`.
    func civil(_ instant: Timestamp) -> (date: CivilDate, secondOfDay: Int) {
        let local = Int((instant.nanoseconds / 1_000_000_000) + Int64(offset(at: instant)))
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        return (CivilDate(daysSinceEpoch: days), local - days * 86_400)
    }

    /// The instant at which the clock shows `hour:minute` on `date`.
    ///
    /// Of two such instants it is the first; where the clock skips the time it is the instant of the skip.
    func instant(_ date: CivilDate, hour: Int, minute: Int) -> Timestamp {
        let shown = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60
        let before = offset(second: shown - 86_400)
        let after = offset(second: shown + 86_400)
        for candidate in [shown - before, shown - after] where candidate + offset(second: candidate) == shown {
            return Timestamp(nanoseconds: Int64(candidate) * 1_000_000_000)
        }
        var low = shown - max(before, after)
        var high = shown - min(before, after)
        while high - low > 1 {
            let middle = (low + high) / 2
            if offset(second: middle) == before { low = middle } else { high = middle }
        }
        return Timestamp(nanoseconds: Int64(high) * 1_000_000_000)
    }

    /// `21/11/2026 05:00:00`.
    func text(_ instant: Timestamp) -> String { date(instant).formatted(style(Self.dateAndTime)) }

    /// `05:00:00`.
    func clockText(_ instant: Timestamp) -> String { date(instant).formatted(style(Self.time)) }

    /// `05:00:00` on the day of `now`, and with the date on others.
    func shortText(_ instant: Timestamp, now: Timestamp) -> String {
        civil(instant).date == civil(now).date ? clockText(instant) : text(instant)
    }

    // MARK: - Format

    // These formats are more than form: they bring the tables of zones into a statically linked program, in which
    // `TimeZone(identifier:)` would otherwise know no name at all.
    private static let dateAndTime: Date.FormatString =
        "\(day: .twoDigits)/\(month: .twoDigits)/\(year: .padded(4)) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)"
    private static let time: Date.FormatString =
        "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)"

    private func style(_ format: Date.FormatString) -> Date.VerbatimFormatStyle {
        Date.VerbatimFormatStyle(
            format: format, locale: Locale(identifier: "en_US_POSIX"), timeZone: zone,
            calendar: Calendar(identifier: .gregorian))
    }

    private func date(_ instant: Timestamp) -> Date { Date(timeIntervalSince1970: instant.secondsSinceEpoch) }

    private func offset(second: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
    }
}
