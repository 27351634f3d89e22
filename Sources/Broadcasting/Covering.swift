/// What a cue does to those that it covers: silences them, or lets them sound more softly.
///
/// In JSON `"interrupt"`, or `{"duck": -12}` with the gain of what is covered in dB.
public enum Covering: Hashable, Codable, Sendable {
    case interrupt
    /// Covered cues sound on, at this gain in dB (−60 to 0).
    case duck(decibels: Double)

    private enum CodingKeys: String, CodingKey { case duck }

    public init(from decoder: any Decoder) throws {
        if let container = try? decoder.singleValueContainer(), let word = try? container.decode(String.self) {
            guard word == "interrupt" else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "over is \"interrupt\" or {\"duck\": dB}")
            }
            self = .interrupt
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let decibels = try container.decode(Double.self, forKey: .duck)
        guard (-60.0...0.0).contains(decibels) else {
            throw DecodingError.dataCorruptedError(
                forKey: .duck, in: container, debugDescription: "duck is a gain from -60 to 0 dB")
        }
        self = .duck(decibels: decibels)
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .interrupt:
            var container = encoder.singleValueContainer()
            try container.encode("interrupt")
        case .duck(let decibels):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(decibels, forKey: .duck)
        }
    }
}
