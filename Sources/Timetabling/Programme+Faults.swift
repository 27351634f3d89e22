public import Broadcasting
public import Scheduling

extension Programme {
    /// All that is wrong with the programme beyond what its type can say; empty when a node can play it.
    ///
    /// - Parameter rules: time zones by their names; nil for one that does not exist.
    public func faults(rules: (String) -> TimeZoneRules?) -> [ProgrammeFault] {
        var faults: [ProgrammeFault] = []
        func check(_ holds: Bool, _ field: String, _ text: String) {
            if !holds { faults.append(ProgrammeFault(field, text)) }
        }
        check((1...1000).contains(title.utf8.count), "title", "A title has 1 to 1000 bytes.")
        check((1...64).contains(blocks.count), "blocks", "A programme has 1 to 64 blocks.")
        check(
            priority.isEmergency == (`class` == .emergency), "priority",
            "A priority of 224 and above is an emergency's, and an emergency has no lower one.")
        if let slot { check((1...86_400).contains(slot), "slot", "A slot is 1 s to a day.") }
        check((0...86_400).contains(grace), "grace", "A grace is 0 s to a day.")
        check((-60...20).contains(volume), "volume", "A volume is -60 to 20 dB.")
        check(languages.count <= 16, "languages", "A programme has at most 16 languages.")
        for (index, block) in blocks.enumerated() {
            guard case .relay(let url, _, _) = block else { continue }
            let isAddress = url.hasPrefix("http://") || url.hasPrefix("https://")
            check(
                isAddress && url.utf8.count <= 2000 && url.utf8.allSatisfy { (0x21...0x7E).contains($0) },
                "blocks[\(index)].relay.url", "A relay's address begins with http:// or https://, and has no blanks.")
        }
        if let zone = rules(start.zone) {
            do throws(ProgrammeStartError) {
                _ = try start.recurrence(zone: zone)
            } catch {
                switch error {
                case .time(let field, _): faults.append(ProgrammeFault("start.\(field)", "\(error)."))
                case .rule(let rule): faults.append(ProgrammeFault("start.rrule", "\(rule)."))
                }
            }
        } else {
            faults.append(
                ProgrammeFault("start.zone", "'\(start.zone)' is no name of the tz database, as Asia/Ho_Chi_Minh."))
        }
        return faults
    }
}
