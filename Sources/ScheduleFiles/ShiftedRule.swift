/// A recurrence rule for a start that another zone's clock dates a day earlier or later.
enum ShiftedRule {
    private static let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    /// `rule`, written for the day of the month `day`, such that it gives the same instants `shift` days later by the date; nil where no rule
    /// of this form does.
    ///
    /// A weekly rule moves its days and the begin of its week. A monthly or yearly one moves only where it follows from its start, on a day
    /// that each month has on both sides.
    static func moving(_ rule: String, by shift: Int, from day: Int) -> String? {
        guard shift != 0 else { return rule }
        var parts: [(name: String, value: String)] = []
        for part in rule.uppercased().split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            parts.append((String(pair[0]), String(pair[1])))
        }
        let names = Set(parts.map(\.name))
        let frequency = parts.first { $0.name == "FREQ" }?.value ?? ""
        let fixed: Set = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"]
        switch frequency {
        case "MONTHLY", "YEARLY":
            guard names.isSubset(of: fixed), (1...28).contains(day), (1...28).contains(day + shift) else { return nil }
        case "DAILY", "WEEKLY":
            guard names.isSubset(of: fixed.union(["BYDAY"])) else { return nil }
            if frequency == "WEEKLY", !names.contains("WKST") { parts.append(("WKST", "MO")) }
            for index in parts.indices where ["BYDAY", "WKST"].contains(parts[index].name) {
                let codes = parts[index].value.split(separator: ",").map { code in days.firstIndex(of: String(code)) }
                guard !codes.contains(nil) else { return nil }
                parts[index].value = codes.compactMap(\.self).map { days[(($0 + shift) % 7 + 7) % 7] }
                    .joined(separator: ",")
            }
            // Where each week counts it does not matter when one begins.
            if parts.allSatisfy({ $0.name != "INTERVAL" || $0.value == "1" }) { parts.removeAll { $0.name == "WKST" } }
        default:
            guard names.isSubset(of: fixed) else { return nil }
        }
        return parts.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
    }
}
