import Broadcasting
import ControllerAPI
import Scheduling
import Timetabling
import ZoneReading

/// Takes the schedules that people make, checks them, and writes them with the documents that follow from them.
struct ScheduleDesk: Sendable {
    let ledger: Ledger
    let feed: LiveFeed
    let zones: ZoneDatabase

    /// How far ahead clashes are looked for, in seconds: a year.
    static let horizon = 366.0 * 86_400
    /// The most programmes that a scope has.
    static let maximumProgrammes = 200
    /// The most bytes of a request.
    static let maximumRequest = 1 << 20

    /// The schedule of `scope`: an empty one of version 0 where it never had any.
    func show(_ scope: Scope) async throws -> ScheduleItem {
        let (held, all, nodes, now) = try await ledger.read { transaction in
            (
                try transaction.schedule(of: scope), try transaction.schedules(), try transaction.scopesOfNodes(),
                transaction.now
            )
        }
        guard let held else { return ScheduleItem(scope: scope, version: 0, programmes: []) }
        var item = Self.item(held)
        let programmes = Dictionary(uniqueKeysWithValues: all.map { ($0.scope, $0.programmes) })
        let clashes = Timetable(programmes, rules: zones.rules).clashes(
            from: now, to: now.advanced(bySeconds: Self.horizon), nodes: nodes, involving: scope)
        (item.clashes, item.clashesCompleteBefore) = (clashes.found, clashes.completeBefore)
        return item
    }

    /// The schedules of all scopes that have programmes, without their clashes.
    func list() async throws -> [ScheduleItem] {
        try await ledger.read { try $0.schedules() }.filter { !$0.programmes.isEmpty }.map(Self.item)
    }

    /// Gives `scope` another schedule. The same one again changes nothing.
    ///
    /// - Parameters:
    ///   - known: the version that the caller has read, if it says; another one is refused.
    ///   - name: who does it.
    /// - Throws: `ProblemDetails` that names every field that is wrong.
    func put(_ request: ScheduleRequest, of scope: Scope, known: Int?, by name: String) async throws -> ScheduleItem {
        let faults = Self.faults(request.programmes, rules: zones.rules)
        let isNew = try await ledger.write { transaction -> Bool in
            let held = try transaction.schedule(of: scope)
            let version = held?.version ?? 0
            if let known, known != version {
                throw ProblemDetails(
                    .changedMeanwhile,
                    "The schedule of \(scope) has version \(version) now, not \(known). Read it again.")
            }
            if !request.programmes.isEmpty { try transaction.requireNodes(in: scope, field: "scope") }
            var faults = faults
            let programmes = try request.programmes.enumerated().map { index, programme in
                if let owner = try transaction.scope(of: programme.id), owner != scope {
                    faults.append(
                        .init(
                            field: "programmes[\(index)].id",
                            detail: "\(owner) has a programme \(programme.id): journals tell programmes apart by name.")
                    )
                }
                return try transaction.complete(programme, at: "programmes[\(index)]", &faults)
            }
            guard faults.isEmpty else { throw Self.problem(faults) }
            if let held, held.programmes == programmes { return false }
            if held == nil, programmes.isEmpty { return false }
            try transaction.put(programmes, of: scope, version: version + 1, by: name)
            return true
        }
        let item = try await show(scope)
        if isNew {
            feed.publish(
                LiveEvent(
                    .schedule, at: ledger.time,
                    text: "\(scope): schedule \(item.version) with \(item.programmes.count) programmes, by \(name)"))
        }
        return item
    }

    func history(of scope: Scope, limit: Int) async throws -> [ScheduleVersion] {
        try await ledger.read { try $0.schedules(of: scope, limit: limit) }
    }

    /// What is due on a node from `from` on and before `to`.
    func expand(_ node: NodeID, from: Timestamp, to: Timestamp) async throws -> NodeSchedule {
        guard from < to, to.seconds(since: from) <= Self.horizon else {
            throw ProblemDetails(.invalid, "It ends after it begins, and within a year.", field: Route.toParameter)
        }
        let (all, nodes) = try await ledger.read { (try $0.schedules(), try $0.scopesOfNodes()) }
        guard let scopes = nodes[node] else { throw ProblemDetails.unknown("node", node) }
        let own = all.filter { scopes.contains($0.scope) }
        let timetable = Timetable(
            Dictionary(uniqueKeysWithValues: own.map { ($0.scope, $0.programmes) }), rules: zones.rules)
        return NodeSchedule(
            node: node, due: timetable.occurrences(from: from, to: to),
            clashes: timetable.clashes(from: from, to: to, nodes: [node: scopes]))
    }

    // MARK: -

    private static func item(_ version: ScheduleVersion) -> ScheduleItem {
        var item = ScheduleItem(scope: version.scope, version: version.version, programmes: version.programmes)
        item.changedAt = version.changedAt
        item.changedBy = version.changedBy
        return item
    }

    private static func faults(
        _ programmes: [Programme], rules: (String) -> TimeZoneRules?
    ) -> [ProblemDetails.FieldError] {
        var faults: [ProblemDetails.FieldError] = []
        if programmes.count > maximumProgrammes {
            faults.append(
                .init(field: "programmes", detail: "A scope has at most \(maximumProgrammes) programmes."))
        }
        var names: Set<ProgrammeID> = []
        for (index, programme) in programmes.enumerated() {
            let place = "programmes[\(index)]"
            if !names.insert(programme.id).inserted {
                faults.append(.init(field: "\(place).id", detail: "There are two programmes \(programme.id)."))
            }
            faults += programme.faults(rules: rules).map { .init(field: "\(place).\($0.field)", detail: $0.text) }
        }
        return faults
    }

    static func problem(_ faults: [ProblemDetails.FieldError]) -> ProblemDetails {
        var problem = ProblemDetails(
            .invalid, faults.count == 1 ? faults[0].detail : "\(faults.count) fields are wrong; errors lists them.",
            field: faults.first?.field)
        problem.errors = faults
        return problem
    }
}

extension LedgerTransaction {
    /// The programme with size, duration and gain of its audio as the library has them. Notes audio that is not there.
    fileprivate func complete(
        _ programme: Programme, at place: String, _ faults: inout [ProblemDetails.FieldError]
    ) throws -> Programme {
        var programme = programme
        func known(_ reference: AudioReference, _ field: String) throws -> AudioReference {
            if let item = try audio(reference.sha256) { return item.reference }
            faults.append(
                .init(field: "\(place).\(field)", detail: "The library has no audio \(reference.sha256)."))
            return reference
        }
        for (index, block) in programme.blocks.enumerated() {
            let field = "blocks[\(index)]"
            switch block {
            case .audio(let audio): programme.blocks[index] = .audio(try known(audio, "\(field).audio"))
            case .chime(let audio): programme.blocks[index] = .chime(try known(audio, "\(field).chime"))
            case .relay(let url, let duration, let fallback):
                programme.blocks[index] = .relay(
                    url: url, duration: duration,
                    fallback: try fallback.map { try known($0, "\(field).relay.fallback") })
            case .pause: break
            }
        }
        return programme
    }
}
