import Broadcasting
public import Scheduling
import YAMLReading

extension ScheduleFile {
    /// A file as it was read, with all that is wrong with it.
    public struct Reading: Sendable {
        /// What could be read. Where there are problems it is not all that was meant.
        public var file: ScheduleFile
        /// By their places; empty when all is well.
        public var problems: [ScheduleProblem]
        /// All audio that is named, also by what has problems and is left out of `file`, with the first place of each.
        public var audio: [AudioName: FieldPlace]
    }

    /// Reads the text of a schedule file, and goes on after each problem.
    ///
    /// - Parameter rules: the time zones, by their names in the tz database; nil for one that does not exist.
    public static func read(_ bytes: [UInt8], rules: @escaping (String) -> TimeZoneRules?) -> Reading {
        let root: YAMLNode
        do {
            root = try YAMLNode(bytes)
        } catch {
            let problem = ScheduleProblem(.form, line: error.line, column: error.column, field: "", error.problem)
            return Reading(
                file: ScheduleFile(zone: "UTC", schedules: [:], broadcasts: []), problems: [problem], audio: [:])
        }
        var reader = ScheduleReader(zones: rules)
        let file = reader.read(Field(node: root, path: ""))
        return Reading(file: file, problems: reader.fields.problems.sorted(), audio: reader.audioPlaces)
    }
}

/// Reads one schedule file.
struct ScheduleReader {
    var fields = FieldReader()
    let zones: (String) -> TimeZoneRules?
    /// What holds for the whole file.
    var zone = ""
    var rules: TimeZoneRules?
    var from: CivilDate?
    var calendars: [String: [ClosedRange<Int>]] = [:]
    var audioPlaces: [AudioName: FieldPlace] = [:]
    /// Programmes by their names, with the scope that has them.
    private var owners: [ProgrammeID: Scope] = [:]

    init(zones: @escaping (String) -> TimeZoneRules?) { self.zones = zones }

    mutating func read(_ root: Field) -> ScheduleFile {
        var file = ScheduleFile(zone: "UTC", schedules: [:], broadcasts: [])
        guard
            let top = fields.mapping(
                root, of: "a schedule file",
                allowed: ["version", "title", "zone", "from", "calendars", "nodes", "scopes", "broadcasts"],
                required: ["version", "zone", "from"])
        else { return file }
        if let version = top["version"] { _ = fields.integer(version, in: 1...1) }
        file.title = top["title"].flatMap { fields.text($0, length: 1...200) }
        readZone(top["zone"])
        file.zone = zone
        from = top["from"].flatMap { date($0) }
        readCalendars(top["calendars"])
        if let nodes = top["nodes"].flatMap({ fields.mapping($0, of: "nodes") }) {
            for (name, field) in nodes.fields { file.nodes[NodeID(unchecked: name)] = readNode(name, field) }
        }
        if let scopes = top["scopes"].flatMap({ fields.mapping($0, of: "scopes") }) {
            for (name, field) in scopes.fields {
                guard let scope = scope(name, field) else { continue }
                file.schedules[scope] = readScope(scope, field)
            }
        }
        if let broadcasts = top["broadcasts"].flatMap({ fields.mapping($0, of: "broadcasts") }) {
            file.broadcasts = broadcasts.fields.compactMap { readBroadcast($0.name, $0.field) }
        }
        return file
    }

    // MARK: - What holds for the whole file

    private mutating func readZone(_ field: Field?) {
        guard let field, let name = fields.text(field, length: 1...64) else { return }
        zone = name
        rules = zones(name)
        if rules == nil {
            fields.note(field.problem(.meaning, "'\(name)' is no name of the tz database, as Asia/Ho_Chi_Minh"))
        }
    }

    private mutating func readCalendars(_ field: Field?) {
        guard let calendars = field.flatMap({ fields.mapping($0, of: "calendars") }) else { return }
        for (name, field) in calendars.fields {
            if !Self.isCalendarName(name) {
                fields.note(
                    field.problem(.form, "a calendar's name has 1 to 64 of A-Z a-z 0-9 - _, a letter first"))
            }
            guard let items = fields.list(field, of: "dates", count: 0...400) else { continue }
            self.calendars[name] = items.compactMap { span($0) }
        }
    }

    private static func isCalendarName(_ text: String) -> Bool {
        text.first.map { $0.isASCII && $0.isLetter } ?? false && ProgrammeID(rawValue: text) != nil
    }

    private mutating func readNode(_ name: String, _ field: Field) -> ScheduleFile.NodePlan? {
        if NodeID(rawValue: name) == nil {
            fields.note(
                field.problem(.form, "a node's name has 1 to 64 of A-Z a-z 0-9 - _, a letter or digit first"))
        }
        guard
            let own = fields.mapping(
                field, of: "a node", allowed: ["scopes", "quietHours", "limits"], required: ["scopes"])
        else { return nil }
        let scopes = own["scopes"].flatMap { fields.list($0, of: "scopes", count: 0...64) }?.compactMap { item in
            fields.text(item, form: Self.scopeForm) { Scope($0) }
        }
        var plan = ScheduleFile.NodePlan(scopes: Set(scopes ?? []))
        if let field = own["quietHours"] {
            let items = fields.list(field, of: "quiet hours", count: 0...16) ?? []
            plan.quietHours = items.compactMap { item in
                fields.text(item, form: "quiet hours: write 21:00-05:00") { NodeSettings.QuietHours(written: $0) }
            }
        }
        plan.limits = own["limits"].flatMap { readLimits($0) }
        return plan
    }

    private mutating func readLimits(_ field: Field) -> NodeSettings.Limits? {
        guard
            let own = fields.mapping(
                field, of: "limits", allowed: ["session", "day", "week", "days"], required: [])
        else { return nil }
        var limits = NodeSettings.Limits()
        limits.sessionDuration = own["session"].flatMap { fields.duration($0, in: 1...86_400) }
        limits.day = own["day"].flatMap { readLimit($0, of: "the limits of a day", seconds: 86_400) }
        limits.week = own["week"].flatMap { readLimit($0, of: "the limits of a week", seconds: 604_800) }
        limits.days = own["days"].flatMap { readDays($0) }.map { pattern in
            pattern.days.sorted().map { DayOfWeek.allCases[$0] }
        }
        return limits
    }

    private mutating func readLimit(_ field: Field, of what: String, seconds: Double) -> UseLimit? {
        guard let own = fields.mapping(field, of: what, allowed: ["sessions", "time"], required: []) else { return nil }
        return UseLimit(
            sessions: own["sessions"].flatMap { fields.integer($0, in: 0...1000) },
            seconds: own["time"].flatMap { fields.duration($0, in: 0...seconds) })
    }

    private static let scopeForm = "a scope: write node., hamlet., commune., province. or group. and a name"

    private mutating func scope(_ name: String, _ field: Field) -> Scope? {
        if let scope = Scope(name) { return scope }
        fields.note(field.problem(.form, "'\(name)' is not \(Self.scopeForm)"))
        return nil
    }

    // MARK: - Dates

    private mutating func date(_ field: Field) -> CivilDate? {
        guard
            let text = fields.text(
                field, form: "a date: write 2026-11-23", { CivilDate.isWritten($0) ? $0 : nil })
        else { return nil }
        return date(text, of: field)
    }

    private mutating func date(_ text: String, of field: Field) -> CivilDate? {
        if let date = CivilDate(text) { return date }
        fields.note(field.problem(.meaning, "the calendar has no \(text); a date is from 1970-01-01 to 2200-12-31"))
        return nil
    }

    /// A date or `from..to`, as days from 1970-01-01.
    private mutating func span(_ field: Field) -> ClosedRange<Int>? {
        let read = fields.text(field, form: "a date or a range: write 2026-02-17 or 2026-02-16..2026-02-22") {
            Self.isSpan($0) ? $0 : nil
        }
        return read.flatMap { span($0, of: field) }
    }

    private static func isSpan(_ text: String) -> Bool {
        let bytes = text.utf8.count
        return CivilDate.isWritten(text)
            || (bytes == 22 && CivilDate.isWritten(String(text.prefix(10))) && text.dropFirst(10).hasPrefix("..")
                && CivilDate.isWritten(String(text.suffix(10))))
    }

    private mutating func span(_ text: String, of field: Field) -> ClosedRange<Int>? {
        guard let first = date(String(text.prefix(10)), of: field), let last = date(String(text.suffix(10)), of: field)
        else { return nil }
        let days = (first.daysSinceEpoch, last.daysSinceEpoch)
        guard days.0 <= days.1, days.1 - days.0 < 400 else {
            fields.note(
                field.problem(.meaning, "a range goes from the earlier date to the later, 400 days at the most"))
            return nil
        }
        return days.0...days.1
    }

    /// The days, counted from 1970-01-01, that a list of calendars, dates and ranges names.
    private mutating func days(_ field: Field?) -> Set<Int> {
        guard let field, let items = fields.list(field, of: "calendars and dates", count: 0...400) else { return [] }
        var days: Set<Int> = []
        for item in items {
            let read = fields.text(item, form: "a calendar of this file, a date, or a range of dates") {
                Self.isSpan($0) || Self.isCalendarName($0) ? $0 : nil
            }
            guard let text = read else { continue }
            if Self.isSpan(text) {
                if let span = span(text, of: item) { days.formUnion(span) }
            } else if let calendar = calendars[text] {
                for span in calendar { days.formUnion(span) }
            } else {
                let known = calendars.keys.sorted().joined(separator: ", ")
                fields.note(
                    item.problem(
                        .meaning,
                        "there is no calendar '\(text)' in this file\(known.isEmpty ? "" : "; there are: \(known)")"))
            }
        }
        return days
    }

    // MARK: - Programmes

    private static let programmeFields = [
        "title", "class", "times", "days", "dates", "rrule", "from", "until", "except", "blocks", "slot", "grace",
        "whenLate", "whenInterrupted", "priority", "volume", "languages",
    ]

    private mutating func readScope(_ scope: Scope, _ field: Field) -> [ProgrammeDraft] {
        guard
            let own = fields.mapping(
                field, of: "a scope", allowed: ["except", "programmes"], required: ["programmes"])
        else { return [] }
        let except = days(own["except"])
        guard let programmes = own["programmes"].flatMap({ fields.mapping($0, of: "programmes") }) else { return [] }
        var drafts: [ProgrammeDraft] = []
        for (name, field) in programmes.fields {
            if ProgrammeID(rawValue: name) == nil {
                fields.note(
                    field.problem(
                        .form, "a programme's name has 1 to 64 of A-Z a-z 0-9 - _, a letter or digit first"))
            }
            if let owner = owners.updateValue(scope, forKey: ProgrammeID(unchecked: name)) {
                fields.note(
                    field.problem(
                        .meaning,
                        "\(owner) has a programme \(name), too: journals tell programmes apart by their names alone"))
            }
            if let draft = readProgramme(name, field, except: except) { drafts.append(draft) }
        }
        return drafts
    }

    private mutating func readProgramme(_ name: String, _ field: Field, except: Set<Int>) -> ProgrammeDraft? {
        guard
            let own = fields.mapping(
                field, of: "a programme", allowed: Self.programmeFields, required: ["title", "times", "blocks"])
        else { return nil }
        let title = own["title"].flatMap { fields.text($0, length: 1...200) }
        let blocks = readBlocks(own["blocks"])
        let start = readStart(own, except: except.union(days(own["except"])))
        var outline = Programme(
            id: ProgrammeID(unchecked: name), title: title ?? name,
            class: own["class"].flatMap { fields.choice($0, BulletinClass.self) } ?? .normal,
            start: Programme.Start(local: "", zone: zone), blocks: [])
        readPolicies(own, into: &outline)
        let sounding = blocks.reduce(0.0) { total, block in
            switch block {
            case .relay(_, let duration, _), .pause(let duration): total + duration
            case .audio, .chime: total
            }
        }
        if let slot = outline.slot, sounding > slot, let field = own["slot"] {
            fields.note(
                field.problem(
                    .meaning,
                    "is \(DurationText.text(slot)), and relays and pauses alone take \(DurationText.text(sounding))"
                ))
        }
        guard let start else { return nil }
        outline.start = start
        return ProgrammeDraft(outline: outline, blocks: blocks, line: field.node.line, column: field.node.column)
    }

    private mutating func readPolicies(_ own: FieldMap, into programme: inout Programme) {
        if let field = own["priority"], let priority = fields.integer(field, in: 0...255) {
            programme.priority = Priority(UInt8(priority))
            if programme.priority.isEmergency != (programme.class == .emergency) {
                fields.note(
                    field.problem(.meaning, "224 and above is an emergency's, and an emergency has no lower one"))
            }
        }
        if let field = own["slot"] { programme.slot = fields.duration(field, in: 1...86_400) }
        if let field = own["grace"], let grace = fields.duration(field, in: 0...86_400) { programme.grace = grace }
        if let field = own["whenLate"], let policy = fields.choice(field, Programme.LatePolicy.self) {
            programme.whenLate = policy
        }
        if let field = own["whenInterrupted"], let policy = fields.choice(field, InterruptionPolicy.self) {
            programme.whenInterrupted = policy
        }
        if let field = own["volume"], let volume = fields.number(field, in: -60...20, unit: "dB") {
            programme.volume = volume
        }
        if let field = own["languages"], let items = fields.list(field, of: "languages", count: 1...16) {
            programme.languages = items.compactMap { item in
                fields.text(item, form: "a language: write a BCP 47 tag, as vi or pac") {
                    LanguageTag.isWellFormed($0) ? $0 : nil
                }
            }
        }
    }

    // MARK: - Blocks

    private mutating func readBlocks(_ field: Field?) -> [ProgrammeDraft.Block] {
        guard let field, let items = fields.list(field, of: "blocks", count: 1...64) else { return [] }
        return items.compactMap { readBlock($0) }
    }

    private mutating func readBlock(_ field: Field) -> ProgrammeDraft.Block? {
        let kinds = ["audio", "chime", "relay", "pause"]
        guard let own = fields.mapping(field, of: "a block", allowed: kinds, required: []) else { return nil }
        guard own.fields.count == 1, let (kind, value) = own.fields.first else {
            // What no block has is named already.
            if own.fields.count > 1 || field.node.isEmpty {
                fields.note(field.problem(.form, "a block has exactly one of: \(kinds.joined(separator: ", "))"))
            }
            return nil
        }
        switch kind {
        case "audio": return audio(value).map { .audio($0) }
        case "chime": return audio(value).map { .chime($0) }
        case "pause": return fields.duration(value, in: 1...86_400).map { .pause($0) }
        default:
            guard
                let relay = fields.mapping(
                    value, of: "a relay", allowed: ["url", "duration", "fallback"], required: ["url", "duration"])
            else { return nil }
            let url = relay["url"].flatMap { url in
                fields.text(url, form: "the address of a stream: write http://… or https://…") {
                    RelayAddress.isWellFormed($0) ? $0 : nil
                }
            }
            let duration = relay["duration"].flatMap { fields.duration($0, in: 1...86_400) }
            let fallback = relay["fallback"].flatMap { audio($0) }
            guard let url, let duration else { return nil }
            return .relay(url: url, duration: duration, fallback: fallback)
        }
    }

    private mutating func audio(_ field: Field) -> AudioName? {
        guard let name = fields.text(field, form: AudioName.form, { AudioName($0) }) else { return nil }
        if audioPlaces[name] == nil { audioPlaces[name] = field.place }
        return name
    }

    // MARK: - Broadcasts

    private mutating func readBroadcast(_ name: String, _ field: Field) -> BroadcastDraft? {
        if ProgrammeID(rawValue: name) == nil {
            fields.note(
                field.problem(.form, "a broadcast's name has 1 to 64 of A-Z a-z 0-9 - _, a letter or digit first"))
        }
        guard
            let own = fields.mapping(
                field, of: "a broadcast",
                allowed: ["title", "to", "class", "audio", "chime", "every", "for", "drill", "volume"],
                required: ["title", "to", "audio"])
        else { return nil }
        let title = own["title"].flatMap { fields.text($0, length: 1...200) }
        let scopes = own["to"].flatMap { fields.list($0, of: "scopes", count: 1...64) }?.compactMap { item in
            fields.text(item, form: Self.scopeForm) { Scope($0) }
        }
        let pieces = own["audio"].flatMap { fields.list($0, of: "pieces of audio", count: 1...64) }?
            .compactMap { audio($0) }
        if own["class"] == nil {
            // Whether it may sound at night is for a person to say.
            fields.note(
                ScheduleProblem(
                    .form, line: field.node.line, column: field.node.column, field: "\(field.path).class",
                    "is missing: normal (keeps quiet hours), priority (goes first), or emergency (over everything, also in quiet hours)"
                ))
        }
        var draft = BroadcastDraft(
            name: name, title: title ?? name, scopes: scopes ?? [],
            class: own["class"].flatMap { fields.choice($0, BulletinClass.self) } ?? .normal, audio: pieces ?? [],
            line: field.node.line, column: field.node.column)
        draft.chime = own["chime"].flatMap { audio($0) }
        draft.every = own["every"].flatMap { fields.duration($0, in: 10...86_400) }
        if let lasting = own["for"] {
            if own["every"] == nil {
                fields.note(lasting.problem(.form, "goes with every: it says for how long the broadcast is repeated"))
            }
            draft.lasting = fields.duration(lasting, in: 10...31 * 86_400) ?? draft.lasting
        }
        draft.drill = own["drill"].flatMap { fields.boolean($0) } ?? false
        draft.volume = own["volume"].flatMap { fields.number($0, in: -60...20, unit: "dB") }
        return draft
    }

    // MARK: - Starts

    private mutating func readStart(_ own: FieldMap, except: Set<Int>) -> Programme.Start? {
        let times = readTimes(own["times"])
        let first = own["from"].flatMap { date($0) }
        let until = own["until"].flatMap { date($0) }
        let days = own["days"].flatMap { readDays($0) }
        let dates = own["dates"].flatMap { fields.list($0, of: "dates", count: 1...400) }?.compactMap { date($0) }
        let rule = own["rrule"].flatMap { fields.text($0, length: 1...400) }
        let ways = ["days", "dates", "rrule"].filter { own[$0] != nil }
        guard ways.count == 1, let way = own[ways[0]] else {
            fields.note(
                own.own.problem(
                    .form,
                    ways.isEmpty
                        ? "is on no day: give one of days, dates, rrule"
                        : "says its days in \(ways.count) ways (\(ways.joined(separator: ", "))): give one of them"))
            return nil
        }
        guard let rules, !times.isEmpty else { return nil }
        var planner = StartPlanner(zone: zone, rules: rules, except: except)
        if let dates {
            for name in ["from", "until"] {
                if let field = own[name] { fields.note(field.problem(.meaning, "does not go with dates")) }
            }
            if let start = planner.start(on: dates, times: times) { return start }
            if !dates.isEmpty {
                fields.note(way.problem(.meaning, "is never due: every date is among the exceptions"))
            }
            return nil
        }
        guard let from = first ?? from, let text = days?.rule ?? rule else { return nil }
        if let until, until.daysSinceEpoch < from.daysSinceEpoch, let field = own["until"] {
            fields.note(field.problem(.meaning, "\(until.text) is before the first day, \(from.text)"))
            return nil
        }
        planner.until = until
        do throws(StartPlanner.Failure) {
            return try planner.start(of: text, from: from, times: times)
        } catch {
            fields.note(way.problem(.meaning, error.description))
            return nil
        }
    }

    /// One time, or a list of them.
    private mutating func readTimes(_ field: Field?) -> Set<TimeOfDay> {
        guard let field else { return [] }
        guard case .list = field.node.content else {
            return fields.text(field, form: TimeOfDay.form) { TimeOfDay($0) }.map { [$0] } ?? []
        }
        let items = fields.list(field, of: "times of day", count: 1...96) ?? []
        var times: Set<TimeOfDay> = []
        for item in items {
            guard let time = fields.text(item, form: TimeOfDay.form, { TimeOfDay($0) }) else { continue }
            if !times.insert(time).inserted { fields.note(item.problem(.meaning, "\(time) stands here twice")) }
        }
        return times
    }

    /// A pattern, or a list of days.
    private mutating func readDays(_ field: Field) -> DayPattern? {
        guard case .list = field.node.content else {
            return fields.text(field, form: DayPattern.form) { DayPattern($0) }
        }
        let allowed = DayPattern.names.joined(separator: ", ")
        let items = fields.list(field, of: "days", count: 1...7) ?? []
        let names = items.compactMap { item in
            fields.text(item, form: "one of: \(allowed)") { DayPattern.names.contains($0) ? $0 : nil }
        }
        return names.isEmpty ? nil : DayPattern(names)
    }
}
