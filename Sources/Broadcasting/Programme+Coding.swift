extension Programme {
    // Not private: the compiler writes `encode(to:)` in the type's own file.
    enum CodingKeys: String, CodingKey {
        case id, title, `class`, start, blocks, slot, grace, whenLate, whenInterrupted, priority, volume, languages
    }

    /// Fields that are absent take the defaults of the class; `id`, `title`, `class`, `start` and `blocks` must be there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(ProgrammeID.self, forKey: .id),
            title: try container.decode(String.self, forKey: .title),
            class: try container.decode(BulletinClass.self, forKey: .class),
            start: try container.decode(Start.self, forKey: .start),
            blocks: try container.decode([Block].self, forKey: .blocks))
        slot = try container.decodeIfPresent(in: 1.0...86_400.0, forKey: .slot)
        grace = try container.decodeIfPresent(in: 0.0...86_400.0, forKey: .grace) ?? grace
        whenLate = try container.decodeIfPresent(LatePolicy.self, forKey: .whenLate) ?? whenLate
        whenInterrupted =
            try container.decodeIfPresent(InterruptionPolicy.self, forKey: .whenInterrupted) ?? whenInterrupted
        priority = try container.decodeIfPresent(Priority.self, forKey: .priority) ?? priority
        volume = try container.decodeIfPresent(in: -60.0...20.0, forKey: .volume) ?? volume
        languages = try container.decodeIfPresent([String].self, forKey: .languages) ?? []
        guard (1...64).contains(blocks.count), (0.001...86_400).contains(duration) else {
            throw DecodingError.dataCorruptedError(
                forKey: .blocks, in: container, debugDescription: "blocks are 1 to 64, and last at most a day")
        }
        guard title.utf8.count <= 1000 else {
            throw DecodingError.dataCorruptedError(
                forKey: .title, in: container, debugDescription: "title has at most 1000 bytes")
        }
        guard (`class` == .emergency) == priority.isEmergency else {
            throw DecodingError.dataCorruptedError(
                forKey: .priority, in: container,
                debugDescription: "a priority of 224 and above is an emergency's, and an emergency has no lower one")
        }
    }
}

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
            let url = try relay.decode(String.self, forKey: .url)
            guard url.hasPrefix("http://") || url.hasPrefix("https://"), url.utf8.count <= 2000 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .url, in: relay, debugDescription: "url begins with http:// or https://")
            }
            self = .relay(
                url: url,
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
