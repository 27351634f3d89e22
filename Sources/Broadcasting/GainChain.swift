/// The factors of the gain at which a cue sounds, in dB: what was measured, what people set, and what the node's rules made of it.
///
/// The one place in which they meet. A journal tells each, so that nobody has to guess why a cue was as loud as it was.
/// Ramps are left out: they only lead from one gain to the next.
public struct GainChain: Hashable, Codable, Sendable {
    /// Of each piece of audio that was loaded, in the order of playing, and of relays' fallbacks among them: what brings it to the
    /// target loudness, as ingest measured it. It is applied piece by piece, and is no part of `sum`.
    public var content: [Double]
    /// The node's volume for the class: `volumes.normal`, or `volumes.emergency` for an emergency.
    public var node: Double
    /// What the night adds: negative where the node is to be softer at night. None for an emergency.
    public var night: Double
    /// The volume of the broadcast or programme itself.
    public var cue: Double
    /// What the ceiling takes away: 0 or less. None for an emergency.
    public var ceiling: Double
    /// How far it is lowered under another cue: 0 or less.
    public var duck: Double

    /// The gain of the whole voice in dB: all factors but those of its pieces.
    public var sum: Double { unducked + duck }

    /// The same, while nothing ducks it.
    public var unducked: Double { node + night + cue + ceiling }

    /// Puts the factors together by the rule of the node: the ceiling binds all but emergencies, and the night none of them.
    ///
    /// - Parameters:
    ///   - volume: of the cue itself, in dB.
    ///   - isNight: whether the night of `volumes` is now.
    public init(
        _ volumes: NodeSettings.Volumes = NodeSettings.Volumes(), cue volume: Double = 0, isEmergency: Bool = false,
        isNight: Bool = false
    ) {
        content = []
        cue = volume
        duck = 0
        node = isEmergency ? volumes.emergency : volumes.normal
        night = isNight && !isEmergency ? (volumes.night?.volume ?? volumes.normal) - volumes.normal : 0
        ceiling = isEmergency ? 0 : min(0, volumes.ceiling - (node + night + volume))
    }

    private enum CodingKeys: String, CodingKey { case content, node, night, cue, ceiling, duck }

    /// Factors that are absent are 0: a later version may have more, and an earlier one had fewer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        content = try container.decodeIfPresent([Double].self, forKey: .content) ?? []
        node = try container.decodeIfPresent(Double.self, forKey: .node) ?? 0
        night = try container.decodeIfPresent(Double.self, forKey: .night) ?? 0
        cue = try container.decodeIfPresent(Double.self, forKey: .cue) ?? 0
        ceiling = try container.decodeIfPresent(Double.self, forKey: .ceiling) ?? 0
        duck = try container.decodeIfPresent(Double.self, forKey: .duck) ?? 0
    }
}
