extension Programme.Block {
    private enum CodingKeys: String, CodingKey { case audio, relay, chime, pause }
    private enum RelayKeys: String, CodingKey { case url, duration, fallback }
    private enum PauseKeys: String, CodingKey { case duration }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.allKeys.count == 1, let key = container.allKeys.first else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a block is audio, relay, chime or pause"))
        }
        switch key {
        case .audio: self = .audio(try container.decode(AudioReference.self, forKey: key))
        case .chime: self = .chime(try container.decode(AudioReference.self, forKey: key))
        case .relay:
            let relay = try container.nestedContainer(keyedBy: RelayKeys.self, forKey: key)
            self = .relay(
                url: try relay.decode(String.self, forKey: .url),
                duration: try relay.decode(in: 1.0...86_400.0, forKey: .duration),
                fallback: try relay.decodeIfPresent(AudioReference.self, forKey: .fallback))
        case .pause:
            let pause = try container.nestedContainer(keyedBy: PauseKeys.self, forKey: key)
            self = .pause(duration: try pause.decode(in: 0.0...86_400.0, forKey: .duration))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .audio(let audio): try container.encode(audio, forKey: .audio)
        case .chime(let audio): try container.encode(audio, forKey: .chime)
        case .relay(let url, let duration, let fallback):
            var relay = container.nestedContainer(keyedBy: RelayKeys.self, forKey: .relay)
            try relay.encode(url, forKey: .url)
            try relay.encode(duration, forKey: .duration)
            try relay.encodeIfPresent(fallback, forKey: .fallback)
        case .pause(let duration):
            var pause = container.nestedContainer(keyedBy: PauseKeys.self, forKey: .pause)
            try pause.encode(duration, forKey: .duration)
        }
    }
}
