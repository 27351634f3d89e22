import Broadcasting
import Foundation
import Rehearsing
import ScheduleFiles
import Timetabling
import ZoneReading

/// What one node would be told by a controller to which some schedule files were applied.
struct RehearsedStation {
    let node: NodeID
    let plans: [SchedulePlan]
    let settings: NodeSettings
    /// What a person should know of how that was put together.
    private(set) var notes: [String] = []

    /// Reads and checks the files at `paths`, and finds out what `node` obeys.
    ///
    /// - Parameters:
    ///   - settings: a file with the node's settings as a controller shows them; else what the schedule files say counts.
    ///   - scopes: what the node obeys beside its own scope and what the files say.
    /// - Throws: `ClientError` with all that is wrong.
    init(node: NodeID, paths: [String], settings path: String?, scopes: [Scope]) throws {
        self.node = node
        plans = try paths.map { try SchedulePlan(path: $0) }
        var settings: NodeSettings
        if let path {
            settings = try Self.settings(of: node, path: path)
        } else {
            settings = NodeSettings(
                scopes: [], timeZone: plans.first?.file.zone ?? LocalZone.standard, contentAddresses: [],
                trustedKeys: [])
            let known = zip(paths, plans).compactMap { path, plan in plan.file.nodes[node].map { (path, $0) } }
            if known.isEmpty, scopes.isEmpty { throw Self.unknown(node, paths, plans) }
            settings.scopes = known.flatMap { $0.1.scopes }
            if let limits = known.compactMap({ $0.1.limits }).first { settings.limits = limits }
            if let hours = known.compactMap({ $0.1.quietHours }).first {
                settings.quietHours = hours
            } else {
                settings.quietHours = [.usual]
                notes.append(
                    "no file gives quiet hours for \(node): taken are those that a controller gives, \(NodeSettings.QuietHours.usual.from)-\(NodeSettings.QuietHours.usual.to)"
                )
            }
        }
        settings.scopes = Set(settings.scopes + scopes).sorted()
        self.settings = settings
        try checkNames(paths)
        noteLibraryPieces()
    }

    /// What the node is told, and hears called in the course of the rehearsal.
    ///
    /// - Parameters:
    ///   - calls: each at the next time at or after `start` that it names.
    /// - Throws: `ClientError.usage` for a call of what no file has drawn up.
    func script(calls: [WrittenCall], from start: Timestamp, in zone: LocalZone) throws -> Rehearsal.Script {
        var schedules: [Scope: ScheduleDocument] = [:]
        for plan in plans {
            for (scope, programmes) in plan.programmes {
                let all = (schedules[scope]?.programmes ?? []) + programmes
                schedules[scope] = ScheduleDocument(
                    programmes: all, manifest: ScheduleDocument.manifest(of: all))
            }
        }
        var script = Rehearsal.Script(node: node, settings: settings, schedules: schedules)
        let before = start.advanced(byNanoseconds: -1)
        for (number, call) in calls.enumerated() {
            let (draft, plan) = try drawnUp(call.name)
            let due = call.time.resolved(now: before, in: zone)
            guard let broadcast = draft.called(at: due, number: number + 1, audio: plan.audio.references) else {
                continue
            }
            script.calls += draft.scopes.map { Rehearsal.Script.Call(scope: $0, broadcast: broadcast) }
        }
        return script
    }

    private func drawnUp(_ name: String) throws -> (BroadcastDraft, SchedulePlan) {
        for plan in plans {
            if let draft = plan.file.broadcasts.first(where: { $0.name == name }) { return (draft, plan) }
        }
        let list = plans.flatMap(\.file.broadcasts).map { "  \($0.name)  \($0.title)".printable }
        throw ClientError.usage(
            "no broadcast '\(name)' is drawn up in the files"
                + (list.isEmpty ? "; none is" : "; there are:\n" + list.joined(separator: "\n")))
    }

    // MARK: - What is wrong

    private static func unknown(_ node: NodeID, _ paths: [String], _ plans: [SchedulePlan]) -> ClientError {
        let names = Set(plans.flatMap(\.file.nodes.keys)).sorted()
        let there =
            names.isEmpty
            ? "no node"
            : "\(names.prefix(8).map(\.rawValue).joined(separator: ", "))\(names.count > 8 ? " and \(names.count - 8) more" : "")"
        return .usage(
            "\(paths.joined(separator: ", ")) has no node \(node): give its scopes under nodes, or with --scopes; there is \(there)"
        )
    }

    /// A name of a programme stands once.
    private func checkNames(_ paths: [String]) throws {
        var owners: [ProgrammeID: String] = [:]
        for (path, plan) in zip(paths, plans) {
            for programme in plan.file.schedules.values.joined() {
                if let other = owners[programme.outline.id], other != path {
                    throw ClientError.file("both \(other) and \(path) have a programme \(programme.outline.id)")
                }
                owners[programme.outline.id] = path
            }
        }
    }

    private mutating func noteLibraryPieces() {
        for name in Set(plans.flatMap(\.libraryPieces)).sorted() {
            notes.append("\(name) is not looked up here: its length counts as nothing")
        }
    }

    private static func settings(of node: NodeID, path: String) throws -> NodeSettings {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClientError.file("there is no file \(path), or it cannot be read")
        }
        do {
            if let item = try? Wire.decode(ShownNode.self, from: data) {
                guard item.id == node else {
                    throw ClientError.usage("\(path) holds the settings of \(item.id), not of \(node)")
                }
                return item.settings
            }
            return try Wire.decode(NodeSettings.self, from: data)
        } catch let error as ClientError {
            throw error
        } catch {
            throw ClientError.file(
                "\(path) holds no settings of a node: write it with loa nodes show \(node) --json > \(path)")
        }
    }

    /// As `loa nodes show --json` writes it.
    private struct ShownNode: Decodable {
        var id: NodeID
        var settings: NodeSettings
    }
}

extension BroadcastDraft {
    /// The broadcast that a call of it makes; nil where its audio is not known.
    func called(at start: Timestamp, number: Int, audio: [AudioName: AudioReference]) -> Broadcast? {
        let pieces = self.audio.compactMap { audio[$0] }
        guard pieces.count == self.audio.count, chime == nil || chime.flatMap({ audio[$0] }) != nil else { return nil }
        var broadcast = Broadcast(
            id: BroadcastID(unchecked: "\(name)-\(number)"), class: `class`, title: title, audio: pieces, start: start,
            expires: start.advanced(bySeconds: every == nil ? Self.expiry : lasting))
        broadcast.chime = chime.flatMap { audio[$0] }
        broadcast.maximumDuration = min(86_400, broadcast.duration + 60)
        broadcast.repeat = every.map {
            Broadcast.Repetition(every: $0, until: start.advanced(bySeconds: lasting))
        }
        broadcast.volume = volume ?? 0
        broadcast.drill = drill
        return broadcast
    }

    /// Seconds after which a controller lets a broadcast expire that is not repeated.
    private static let expiry = 3600.0
}
