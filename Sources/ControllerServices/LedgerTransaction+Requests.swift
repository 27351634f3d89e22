import Broadcasting
import ControllerAPI
import GRDB

/// From what a person asks for to what nodes are told, checked against what is there.
extension LedgerTransaction {
    /// The broadcast that `request` asks for, with a new name.
    ///
    /// - Throws: `ProblemDetails` that names the field.
    func compose(_ request: BroadcastRequest) throws -> Broadcast {
        func check(_ holds: Bool, _ field: String, _ text: String) throws {
            if !holds { throw ProblemDetails(.invalid, text, field: field) }
        }
        try check((1...64).contains(request.audio.count), "audio", "A broadcast has 1 to 64 pieces of audio.")
        let pieces = try request.audio.enumerated().map { try piece($1, field: "audio[\($0)]") }
        let chime = try request.chime.map { try piece($0, field: "chime") }
        try check((1...64).contains(request.scopes.count), "scopes", "A broadcast is for 1 to 64 scopes.")
        for (index, scope) in request.scopes.enumerated() { try requireNodes(in: scope, field: "scopes[\(index)]") }

        let start = request.at ?? now
        try check(
            start.seconds(since: now) <= BroadcastDesk.maximumAhead, "at", "It is due more than a year from now.")
        let expiry =
            request.expires ?? request.repeat.map { max(1, $0.until.seconds(since: start)) }
            ?? BroadcastDesk.defaultExpiry
        let limit = request.repeat == nil ? BroadcastDesk.maximumExpiry : BroadcastDesk.maximumAhead
        try check((1...limit).contains(expiry), "expires", "It expires 1 s to \(Int(limit)) s after it is due.")
        let expires = start.advanced(bySeconds: expiry)
        try check(expires > now, "at", "It would have expired already, at \(expires).")

        let title = request.title.flatMap { $0.isEmpty ? nil : $0 } ?? pieces[0].title
        try check(title.utf8.count <= 1000, "title", "A title has at most 1000 bytes.")
        var broadcast = Broadcast(
            id: BroadcastID(unchecked: "b-\(Secret.makeHex(8))"), class: request.class, title: title,
            audio: pieces.map(\.reference), start: start, expires: expires)
        broadcast.chime = chime?.reference
        broadcast.maximumDuration = min(86_400, broadcast.duration + 60)

        if let rule = request.repeat {
            try check(rule.every >= 10, "repeat.every", "It is repeated each 10 s at the most often.")
            try check(
                rule.every >= broadcast.duration, "repeat.every",
                "It takes \(Int(broadcast.duration.rounded(.up))) s, longer than the time until it is repeated.")
            try check(rule.until > start, "repeat.until", "The repetition would end before it begins.")
            broadcast.repeat = rule
        }
        if request.class == .emergency, request.scopes.allSatisfy({ $0.kind == .province }) {
            broadcast.priority = .provinceEmergency
        }
        if let priority = request.priority {
            try check(
                priority.isEmergency == (request.class == .emergency), "priority",
                "A priority of 224 and above is an emergency's, and an emergency has no lower one.")
            broadcast.priority = priority
        }
        if case .duck(let decibels)? = request.over {
            try check((-60...0).contains(decibels), "over.duck", "What is covered sounds at -60 to 0 dB.")
        }
        broadcast.over = request.over ?? broadcast.over
        broadcast.whenInterrupted = request.whenInterrupted ?? broadcast.whenInterrupted
        broadcast.drill = request.drill ?? false
        if let volume = request.volume {
            try check((-60...20).contains(volume), "volume", "A volume is -60 to 20 dB.")
            broadcast.volume = volume
        }
        if let seconds = request.maximumDuration {
            try check((1...86_400).contains(seconds), "maximumDuration", "It takes 1 s to a day at the most.")
            broadcast.maximumDuration = seconds
        }
        return broadcast
    }

    private func piece(_ sha256: ContentHash, field: String) throws -> AudioItem {
        guard let item = try audio(sha256) else {
            throw ProblemDetails(.invalid, "The library has no audio \(sha256).", field: field)
        }
        return item
    }

    /// A scope that no node obeys is a slip of the pen: silence that looks like success.
    func requireNodes(in scope: Scope, field: String) throws {
        guard try nodeCount(of: scope) > 0 else {
            throw ProblemDetails(.invalid, "No node obeys \(scope).", field: field)
        }
    }

    func item(_ row: BroadcastRow) throws -> BroadcastItem {
        BroadcastItem(
            broadcast: row.broadcast, scopes: row.scopes, createdAt: row.createdAt, progress: try progress(row).summary)
    }

    func progress(_ row: BroadcastRow) throws -> BroadcastProgress {
        BroadcastProgress(
            broadcast: row.broadcast, targets: try targets(of: row.broadcast.id),
            told: try playbacks(of: row.broadcast.id),
            now: now)
    }
}
