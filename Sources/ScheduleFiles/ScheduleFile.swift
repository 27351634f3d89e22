public import Broadcasting

/// What a schedule file says: the programmes of each scope, and the broadcasts that are drawn up in advance.
///
/// Audio is named as the file names it. `documents(audio:)` gives what nodes are told, once it is known what the names stand for.
public struct ScheduleFile: Hashable, Sendable {
    public var title: String?
    /// A name of the tz database.
    public var zone: String
    public var schedules: [Scope: [ProgrammeDraft]]
    /// The nodes that the file is for, where it says: what is checked and rehearsed with it. No controller is told.
    public var nodes: [NodeID: NodePlan] = [:]
    /// By name.
    public var broadcasts: [BroadcastDraft]

    /// A node as a file sketches it.
    public struct NodePlan: Hashable, Sendable {
        /// Beside its own.
        public var scopes: Set<Scope>
        /// Nil where the file says nothing.
        public var quietHours: [NodeSettings.QuietHours]?
        /// Nil where the file says nothing.
        public var limits: NodeSettings.Limits?
    }

    public init(title: String? = nil, zone: String, schedules: [Scope: [ProgrammeDraft]], broadcasts: [BroadcastDraft])
    {
        self.title = title
        self.zone = zone
        self.schedules = schedules
        self.broadcasts = broadcasts
    }

    /// The scopes that each node obeys, its own among them.
    public var scopesOfNodes: [NodeID: Set<Scope>] {
        Dictionary(uniqueKeysWithValues: nodes.map { ($0, $1.scopes.union([.node($0)])) })
    }

    /// All audio that schedules and broadcasts name, once each, in order.
    public var audio: [AudioName] {
        Set(schedules.values.joined().flatMap(\.audio) + broadcasts.flatMap(\.allAudio)).sorted()
    }

    /// The audio of the schedules alone.
    public var scheduledAudio: [AudioName] { Set(schedules.values.joined().flatMap(\.audio)).sorted() }

    /// The schedule of each scope as nodes are told it, with its manifest.
    /// - Parameter audio: what the names of audio stand for. Programmes with a name that is not in it are left out.
    public func documents(audio: [AudioName: AudioReference]) -> [Scope: ScheduleDocument] {
        schedules.mapValues { drafts in
            let programmes = drafts.compactMap { $0.programme(audio: audio) }
            return ScheduleDocument(programmes: programmes, manifest: ScheduleDocument.manifest(of: programmes))
        }
    }
}

/// A programme whose audio is known by name only.
public struct ProgrammeDraft: Hashable, Sendable {
    /// All but its blocks.
    public var outline: Programme
    public var blocks: [Block]
    /// Where it stands in its file; both count from 1.
    public var line: Int
    public var column: Int

    /// A part of it.
    public enum Block: Hashable, Sendable {
        case audio(AudioName)
        case relay(url: String, duration: Double, fallback: AudioName?)
        case chime(AudioName)
        case pause(Double)
    }

    public init(outline: Programme, blocks: [Block], line: Int = 1, column: Int = 1) {
        self.outline = outline
        self.blocks = blocks
        self.line = line
        self.column = column
    }

    /// The audio that it names.
    public var audio: [AudioName] {
        blocks.compactMap { block in
            switch block {
            case .audio(let name), .chime(let name): name
            case .relay(_, _, let fallback): fallback
            case .pause: nil
            }
        }
    }

    /// The programme; nil where a name stands for nothing that is known.
    public func programme(audio: [AudioName: AudioReference]) -> Programme? {
        var programme = outline
        programme.blocks = blocks.compactMap { block in
            switch block {
            case .audio(let name): audio[name].map { .audio($0) }
            case .chime(let name): audio[name].map { .chime($0) }
            case .pause(let duration): .pause(duration: duration)
            case .relay(let url, let duration, let fallback):
                if let fallback {
                    audio[fallback].map { .relay(url: url, duration: duration, fallback: $0) }
                } else {
                    .relay(url: url, duration: duration, fallback: nil)
                }
            }
        }
        return programme.blocks.count == blocks.count ? programme : nil
    }
}

/// A broadcast that is drawn up in advance and starts only when somebody calls it.
public struct BroadcastDraft: Hashable, Sendable {
    public var name: String
    public var title: String
    public var scopes: [Scope]
    public var `class`: BulletinClass
    public var audio: [AudioName]
    public var chime: AudioName?
    /// Seconds between the starts of two occurrences; nil where it sounds once.
    public var every: Double?
    /// Seconds after which it is no longer repeated, unless it was called off before: 31 days at the most.
    public var lasting: Double
    public var drill: Bool
    /// Gain in dB.
    public var volume: Double?
    public var line: Int
    public var column: Int

    /// A day, in seconds: how long a broadcast is repeated where nothing is said.
    public static let standardLasting = 86_400.0

    public init(
        name: String, title: String, scopes: [Scope], class: BulletinClass, audio: [AudioName],
        line: Int = 1, column: Int = 1
    ) {
        self.name = name
        self.title = title
        self.scopes = scopes
        self.class = `class`
        self.audio = audio
        lasting = Self.standardLasting
        drill = false
        self.line = line
        self.column = column
    }

    /// Everything that it needs, its chime included.
    public var allAudio: [AudioName] { (chime.map { [$0] } ?? []) + audio }
}

extension ScheduleDocument {
    /// The audio that `programmes` need, once each, by hash.
    public static func manifest(of programmes: [Programme]) -> [AudioReference] {
        let audio = Dictionary(
            programmes.flatMap(\.content).map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
        return audio.values.sorted { $0.sha256 < $1.sha256 }
    }
}
