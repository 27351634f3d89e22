public import Broadcasting

/// Decides which of the active cues has the loudspeaker, which sound more softly beneath it, and which are silent.
///
/// A pure function of the set: nothing is remembered from one decision to the next, so that no cue can be left ducked or silent.
///
/// - The highest priority wins. Below 224 the first to come does, from 224 up the latest.
/// - What covers a cue silences it, or ducks it where both allow that. The one above does when its `over` is a duck; the one
///   below when it is no emergency (a warning is heard alone, or not yet), does not ask to be played again whole (`restart`), and
///   has begun: nothing is begun beneath another cue.
/// - A cue that is itself silent covers nothing. Beneath several that duck, the deepest duck counts.
public struct Arbiter: Sendable {
    /// A cue that would sound now if it were alone.
    public struct Contender: Hashable, Sendable {
        public var cue: CueID
        public var priority: Priority
        /// Its place in the order in which contenders came.
        public var arrival: Int
        public var over: Covering
        public var whenInterrupted: InterruptionPolicy
        /// Whether some of it may have been heard.
        public var hasBegun: Bool

        public init(
            cue: CueID, priority: Priority, arrival: Int, over: Covering, whenInterrupted: InterruptionPolicy,
            hasBegun: Bool
        ) {
            self.cue = cue
            self.priority = priority
            self.arrival = arrival
            self.over = over
            self.whenInterrupted = whenInterrupted
            self.hasBegun = hasBegun
        }

        var allowsDucking: Bool { hasBegun && !priority.isEmergency && whenInterrupted != .restart }

        /// Whether this one stands above `other`.
        func outranks(_ other: Contender) -> Bool {
            if priority != other.priority { return priority > other.priority }
            if arrival != other.arrival { return (arrival > other.arrival) == priority.isEmergency }
            return cue < other.cue
        }
    }

    /// What a cue is to do.
    public enum Role: Hashable, Sendable {
        /// It has the loudspeaker. Exactly one does, if there is any contender.
        case full
        /// It sounds beneath others, with this gain in dB (−60 to 0) beside its own.
        case ducked(decibels: Double)
        /// It is silent, because of that cue.
        case covered(by: CueID)
    }

    /// The role of each contender, the highest rank first.
    public let roles: [(cue: CueID, role: Role)]

    /// Judges a set of contenders, whatever their order.
    public init(_ contenders: [Contender]) {
        var roles: [(cue: CueID, role: Role)] = []
        var sounding: [Contender] = []
        for contender in contenders.sorted(by: { $0.outranks($1) }) {
            let role = Self.role(of: contender, beneath: sounding)
            if case .covered = role {} else { sounding.append(contender) }
            roles.append((contender.cue, role))
        }
        self.roles = roles
    }

    /// The role of `cue`, or nil when it was no contender.
    public func role(of cue: CueID) -> Role? { roles.first { $0.cue == cue }?.role }

    private static func role(of contender: Contender, beneath sounding: [Contender]) -> Role {
        var deepest: Double?
        for above in sounding {
            guard case .duck(let decibels) = above.over, contender.allowsDucking else {
                return .covered(by: above.cue)
            }
            deepest = min(deepest ?? 0, decibels)
        }
        return deepest.map { .ducked(decibels: $0) } ?? .full
    }
}
