import Broadcasting

/// What a node remembers of one programme: which times are decided, never a list of occurrences.
struct ProgrammeMemory: Codable, Sendable, Hashable {
    /// The scopes whose newest schedule contains it, sorted, also those that the node no longer obeys.
    var scopes: [Scope]
    /// A short name of the programme's start: another means that it was edited.
    var rule: String
    /// All occurrences from `from` to `through` are decided: over, or `begun`. In order, apart from one another. Empty until
    /// the programme is first planned by a trusted clock.
    var decided: [Span] = []
    /// The first instant at which it could be due on this node; nil for the instant at which it is first planned.
    var since: Timestamp?
    /// The occurrences that the player was told to start, and whose terminal records are not yet written.
    var begun: [BegunProgramme] = []
    /// Whether no document names it any more.
    var closed = false

    init(scopes: [Scope], rule: String, since: Timestamp?) {
        self.scopes = scopes
        self.rule = rule
        self.since = since
    }

    /// Before every programme.
    static let ever = Timestamp(nanoseconds: 0)

    struct Span: Codable, Sendable, Hashable {
        var from: Timestamp
        var through: Timestamp
        /// The latest local start in it that was named in the journal, as `2026-11-23T05:00:00`.
        var named: String?

        /// Reaches on through a later one.
        mutating func take(_ later: Span) {
            through = max(through, later.through)
            named = [named, later.named].compactMap { $0 }.max()
        }
    }

    /// The span that counts at `now`; it may reach ahead after the clock was set back.
    func span(at now: Timestamp) -> Span? { decided.last { $0.from <= now } ?? decided.first }

    /// Whether an instant is decided.
    func isDecided(_ instant: Timestamp) -> Span? { decided.first { $0.from <= instant && instant <= $0.through } }

    /// Takes it as decided that all up to `instant`, which was planned in order, is over or has begun; and `named` with it, the
    /// local start of an occurrence, if it was one.
    mutating func decide(through instant: Timestamp, named: String? = nil) {
        guard let index = decided.lastIndex(where: { $0.from <= instant }) else { return }
        decided[index].take(Span(from: instant, through: instant, named: named))
        // One that has grown into the next takes it in.
        while index + 1 < decided.count, decided[index + 1].from <= decided[index].through {
            decided[index].take(decided.remove(at: index + 1))
        }
    }

    /// Begins anew at `instant`, far after all that was decided before: what lies between is not decided, should the clock have
    /// been wrong.
    mutating func leap(to instant: Timestamp) {
        let index = decided.firstIndex { $0.from > instant } ?? decided.count
        decided.insert(Span(from: instant, through: instant), at: index)
        if decided.count > Self.mostSpans {
            decided[0].take(decided.remove(at: 1))
        }
    }

    private static let mostSpans = 4
}

/// What the terminal record of a programme's occurrence needs, and what its continuation does, should the program die.
struct BegunProgramme: Codable, Sendable, Hashable {
    var cue: CueID
    var title: String
    var priority: Priority
    var due: Timestamp
    var gain: Double
    /// The instant for which its start was ordered, before which it cannot have sounded; nil once it may have.
    var startsAt: Timestamp?
    /// Seconds into its blocks at which it was begun last.
    var offset: Double
    /// Whether the rest may be played by a program that is started in its course, and until when.
    var joinsInProgress: Bool
    var endsBy: Timestamp
    /// What earlier programs played of it.
    var earlier: Earlier?
    /// Nanoseconds of what this program played that are counted for the day.
    var counted: Int64?
    /// Seconds into its blocks at which its first relay begins, if it has one.
    var firstRelay: Double?
    /// Whether it waits for its continuation.
    var isSuspended = false

    struct Earlier: Codable, Sendable, Hashable {
        var frames: Int64
        /// Hz; 0 when nothing was heard.
        var rate: Int
        /// Seconds into its blocks up to which it had come.
        var position: Double
        /// What became of its relays in that; nil when it came to none.
        var relay: RelayReport?

        mutating func add(_ later: RelayReport?) {
            guard let later else { return }
            if relay == nil { relay = later } else { relay?.add(later) }
        }

        /// Takes in what a program that died had played: of its relays nothing is known then.
        mutating func add(ofTheDead heard: Heard?, from offset: Double, firstRelay: Double?) {
            add(heard, from: offset)
            guard let heard, heard.frames > 0, let firstRelay, position > firstRelay else { return }
            var unknown = RelayReport(live: 0, fallback: 0, silence: 0, reconnects: 0)
            unknown.partial = true
            add(unknown)
        }

        mutating func add(_ heard: Heard?, from offset: Double) {
            guard let heard, heard.rate > 0 else {
                position = max(position, offset)
                return
            }
            position = max(position, offset + Double(heard.frames) / Double(heard.rate))
            let before = rate > 0 && rate != heard.rate ? frames * Int64(heard.rate) / Int64(rate) : frames
            frames = before + heard.frames
            rate = heard.rate
        }
    }
}
