public import Broadcasting

extension Programme.Start {
    /// When the programme starts, in the zone that `zone` names, whose rules the caller has read.
    ///
    /// Several rules stand on several lines.
    /// - Throws: `ProgrammeStartError`, for a text that cannot be read.
    public func recurrence(zone: TimeZoneRules) throws(ProgrammeStartError) -> Recurrence {
        func times(_ texts: [String], _ field: String) throws(ProgrammeStartError) -> [LocalDateTime] {
            var times: [LocalDateTime] = []
            for text in texts {
                guard let time = LocalDateTime(text) else { throw .time(field: field, text: text) }
                times.append(time)
            }
            return times
        }
        var rules: [RecurrenceRule] = []
        for line in (rrule ?? "").split(separator: "\n") {
            do throws(RecurrenceRuleError) {
                rules.append(try RecurrenceRule(String(line)))
            } catch {
                throw .rule(error)
            }
        }
        return Recurrence(
            start: try times([local], "local")[0], zone: zone, rules: rules, dates: try times(rdate ?? [], "rdate"),
            exceptions: try times(exdate ?? [], "exdate"))
    }
}

/// Why the start of a programme cannot be understood. The programme is not played until its document is put right.
public enum ProgrammeStartError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text of `field` (`local`, `rdate` or `exdate`) is no local time.
    case time(field: String, text: String)
    case rule(RecurrenceRuleError)

    public var description: String {
        switch self {
        case .time(let field, let text):
            "\(field) is “\(text.prefix(40))”; allowed is a local time as 2026-11-23T05:00:00"
        case .rule(let error): "rrule: \(error)"
        }
    }
}
