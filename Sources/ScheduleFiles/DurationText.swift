/// Elapsed time as a person writes it: `90s`, `15m`, `1h30m`, `2d`. A day is always 24 hours.
public enum DurationText {
    private static let units: [(letter: Character, seconds: Double)] = [
        ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// The seconds that `text` means; nil when it is no duration. Units stand once each, the largest first.
    public static func seconds(_ text: String) -> Double? {
        var rest = text[...]
        var total = 0.0
        var isEmpty = true
        for unit in units {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, digits.count <= 6, rest.dropFirst(digits.count).first == unit.letter,
                let count = Double(digits)
            else { continue }
            total += count * unit.seconds
            rest = rest.dropFirst(digits.count + 1)
            isEmpty = false
        }
        return rest.isEmpty && !isEmpty ? total : nil
    }

    /// `1h30m` of 5400; parts of a second are rounded up.
    public static func text(_ seconds: Double) -> String {
        var rest = seconds.rounded(.up)
        var text = ""
        for unit in units where rest >= unit.seconds {
            let count = (rest / unit.seconds).rounded(.down)
            text += "\(Int(count))\(unit.letter)"
            rest -= count * unit.seconds
        }
        return text.isEmpty ? "0s" : text
    }
}
