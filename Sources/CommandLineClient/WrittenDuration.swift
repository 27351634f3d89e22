import ArgumentParser

/// A length of time as a person writes it: `90s`, `15m`, `2h`, `1d`, or several of them as `1h30m`.
///
/// Elapsed time: a day is always 24 hours.
struct WrittenDuration: Hashable, Sendable {
    let seconds: Int

    /// The longest one: a leap year.
    static let longest = 366 * 86_400

    init(seconds: Int) { self.seconds = seconds }

    /// - Throws: `ValidationError`, which says what is wrong and what to write.
    init(_ text: String) throws {
        var total = 0
        var digits = ""
        var seen: [Character] = []
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard let unit = Self.units.first(where: { $0.letter == character }), let count = Int(digits),
                !seen.contains(character)
            else { throw Self.notOne(text) }
            let (product, tooLarge) = count.multipliedReportingOverflow(by: unit.seconds)
            guard !tooLarge, product <= Self.longest, total + product <= Self.longest else {
                throw ValidationError("'\(text)' is longer than 366 days")
            }
            total += product
            digits = ""
            seen.append(character)
        }
        guard digits.isEmpty else {
            throw seen.isEmpty
                ? ValidationError("'\(text)' has no unit: write \(text)s, \(text)m, \(text)h or \(text)d")
                : Self.notOne(text)
        }
        guard !seen.isEmpty else { throw Self.notOne(text) }
        guard total > 0 else { throw ValidationError("a duration is longer than nothing") }
        seconds = total
    }

    private static let units: [(letter: Character, seconds: Int)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

    private static func notOne(_ text: String) -> ValidationError {
        ValidationError("'\(text)' is no duration: write 90s, 15m, 2h, 1d or 1h30m")
    }
}

extension WrittenDuration: CustomStringConvertible {
    var description: String {
        var rest = seconds
        var text = ""
        for unit in Self.units where rest >= unit.seconds {
            text += "\(rest / unit.seconds)\(unit.letter)"
            rest %= unit.seconds
        }
        return text.isEmpty ? "0s" : text
    }
}
