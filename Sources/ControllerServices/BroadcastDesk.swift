import Broadcasting
import ControllerAPI

/// Takes what people ask for, checks it, and writes it with the documents that follow from it.
struct BroadcastDesk: Sendable {
    let ledger: Ledger
    let feed: LiveFeed

    /// Seconds after it was due in which a broadcast may still be started, where nothing is said.
    static let defaultExpiry = 3600.0
    static let maximumExpiry = 31.0 * 86_400
    static let maximumAhead = 366.0 * 86_400

    /// Makes a broadcast.
    ///
    /// - Parameter key: a second request with the same key makes nothing and is answered with the first one's broadcast.
    /// - Returns: the broadcast, and whether it is new.
    /// - Throws: `ProblemDetails`.
    func create(_ request: BroadcastRequest, key: String?) async throws -> (item: BroadcastItem, isNew: Bool) {
        let asked = try LedgerTransaction.json(request)
        let made = try await ledger.write { transaction -> (item: BroadcastItem, isNew: Bool) in
            if let key, let known = try transaction.broadcast(idempotencyKey: key) {
                guard known.request == asked else {
                    throw ProblemDetails(.conflict, "This idempotency key came with another request before.")
                }
                return (try transaction.item(known.row), false)
            }
            let broadcast = try transaction.compose(request)
            let scopes = Set(request.scopes).sorted()
            try transaction.insert(broadcast, scopes: scopes, request: asked, idempotencyKey: key)
            guard let row = try transaction.broadcast(broadcast.id) else { throw ProblemDetails(.internal) }
            return (try transaction.item(row), true)
        }
        if made.isNew {
            let places = made.item.scopes.map(\.description).joined(separator: ", ")
            tell(made.item, "\(made.item.broadcast.title): \(made.item.broadcast.class.rawValue) for \(places)")
        }
        return made
    }

    /// Recalls a broadcast. A second recall changes nothing.
    func cancel(_ id: BroadcastID, reason: String) async throws -> BroadcastItem {
        guard !reason.isEmpty, reason.utf8.count <= 1000 else {
            throw ProblemDetails(.invalid, "A recall needs a reason of 1 to 1000 bytes.", field: "reason")
        }
        let (item, isNew) = try await ledger.write { transaction -> (BroadcastItem, Bool) in
            guard let row = try transaction.broadcast(id) else { throw ProblemDetails.unknown("broadcast", id) }
            guard row.broadcast.cancelled == nil else { return (try transaction.item(row), false) }
            return (try transaction.item(try transaction.cancel(row, reason: reason)), true)
        }
        if isNew { tell(item, "\(item.broadcast.title): recalled, \(reason)") }
        return item
    }

    func list(limit: Int) async throws -> [BroadcastItem] {
        try await ledger.read { transaction in try transaction.broadcasts(limit: limit).map(transaction.item) }
    }

    func report(_ id: BroadcastID) async throws -> BroadcastReport {
        try await ledger.read { transaction in
            guard let row = try transaction.broadcast(id) else { throw ProblemDetails.unknown("broadcast", id) }
            let progress = try transaction.progress(row)
            return BroadcastReport(
                item: BroadcastItem(
                    broadcast: row.broadcast, scopes: row.scopes, createdAt: row.createdAt, progress: progress.summary),
                playbacks: progress.playbacks)
        }
    }

    /// Halts a scope, or lifts its halt with nil.
    func halt(_ scope: Scope, _ request: HaltRequest?) async throws -> HaltItem? {
        guard request?.reason?.utf8.count ?? 0 <= 1000 else {
            throw ProblemDetails(.invalid, "A halt has a reason of at most 1000 bytes.", field: "reason")
        }
        let item = try await ledger.write { transaction -> HaltItem? in
            guard let request else {
                guard try transaction.halt(of: scope) != nil else {
                    throw ProblemDetails(.notFound, "\(scope) is not halted.")
                }
                try transaction.put(nil, of: scope)
                return nil
            }
            try transaction.requireNodes(in: scope, field: "scope")
            let since = try transaction.halt(of: scope)?.since ?? transaction.now
            let halt = Halt(since: since, emergencies: request.emergencies, reason: request.reason)
            try transaction.put(halt, of: scope)
            return HaltItem(scope: scope, halt: halt)
        }
        let words = item.map { $0.halt.emergencies ? "halted, emergencies too" : "halted, emergencies aside" }
        feed.publish(LiveEvent(.halt, at: ledger.time, text: "\(scope): \(words ?? "the halt is lifted")"))
        return item
    }

    private func tell(_ item: BroadcastItem, _ text: String) {
        var event = LiveEvent(.broadcast, at: ledger.time, text: text)
        event.broadcast = item.id
        feed.publish(event)
    }
}

extension ProblemDetails {
    static func unknown(_ kind: String, _ id: some CustomStringConvertible) -> ProblemDetails {
        ProblemDetails(.notFound, "There is no \(kind) \(id).")
    }
}
