/// What a controller tells one node about itself.
public struct NodeSettings: DocumentBody {
    public var title: String?
    /// Scopes that the node obeys beside its own.
    public var scopes: [Scope]
    /// A name of the tz database, as `Asia/Ho_Chi_Minh`.
    public var timeZone: String
    public var volumes: Volumes
    /// Local times of day in which only an emergency sounds.
    public var quietHours: [QuietHours]
    public var limits: Limits
    /// The daily self-test; nil for none.
    public var selfTest: SelfTest?
    /// Addresses from which audio is fetched, tried in order; the file is `<address>/<sha256>.mp3`.
    public var contentAddresses: [String]
    /// Keys whose signature the node obeys, beside those of its own file.
    public var trustedKeys: [PublicKey]

    /// Gains in dB, relative to full scale after loudness normalisation.
    public struct Volumes: Hashable, Codable, Sendable {
        /// Of all that is no emergency.
        public var normal: Double
        /// Nothing but an emergency sounds above it.
        public var ceiling: Double
        public var emergency: Double
        /// The hours in which another volume takes the place of `normal`; nil for none.
        public var night: Night?

        public init(normal: Double = 0, ceiling: Double = 0, emergency: Double = 0) {
            self.normal = normal
            self.ceiling = ceiling
            self.emergency = emergency
        }

        private enum CodingKeys: String, CodingKey { case normal, ceiling, emergency, night }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            normal = try container.decodeIfPresent(in: -60.0...20.0, forKey: .normal) ?? 0
            ceiling = try container.decodeIfPresent(in: -60.0...20.0, forKey: .ceiling) ?? 0
            emergency = try container.decodeIfPresent(in: -60.0...20.0, forKey: .emergency) ?? 0
            night = try container.decodeIfPresent(Night.self, forKey: .night)
        }
    }

    /// From `from` to `to` (`HH:mm`, node's zone) the volume of all that is no emergency.
    public struct Night: Hashable, Codable, Sendable {
        public var from: String
        public var to: String
        /// dB.
        public var volume: Double

        /// Its hours, which work as those of quiet do.
        public var hours: QuietHours { QuietHours(from: from, to: to) }

        public init(from: String, to: String, volume: Double) {
            self.from = from
            self.to = to
            self.volume = volume
        }

        private enum CodingKeys: String, CodingKey { case from, to, volume }

        public init(from decoder: any Decoder) throws {
            let hours = try QuietHours(from: decoder)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                from: hours.from, to: hours.to, volume: try container.decode(in: -60.0...20.0, forKey: .volume))
        }
    }

    /// A sweep that is played once a day, and listened for where the node has a microphone.
    public struct SelfTest: Hashable, Codable, Sendable {
        /// The local time of day, `HH:mm`, from which on it may be played.
        public var at: String
        /// Its crest in dBFS.
        public var level: Double

        /// The crest of a sweep for which nobody set another: as loud as soft speech.
        public static let usualLevel = -20.0

        public init(at: String, level: Double = usualLevel) {
            self.at = at
            self.level = level
        }

        private enum CodingKeys: String, CodingKey { case at, level }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            at = try container.decode(String.self, forKey: .at)
            level = try container.decodeIfPresent(in: -60.0...0.0, forKey: .level) ?? Self.usualLevel
            guard QuietHours.isTimeOfDay(at) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .at, in: container, debugDescription: "a time of day is HH:mm, from 00:00 to 23:59")
            }
        }
    }

    /// From `from` to `to` (`HH:mm`, node's zone), over midnight where `to` is the earlier.
    public struct QuietHours: Hashable, Codable, Sendable {
        public var from: String
        public var to: String

        /// What a node is given where nobody asks for other hours. Noise rules make 21:00–06:00 the night; broadcasts begin at 05:00.
        public static let usual = QuietHours(from: "21:00", to: "05:00")

        public init(from: String, to: String) {
            self.from = from
            self.to = to
        }

        private enum CodingKeys: String, CodingKey { case from, to }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            from = try container.decode(String.self, forKey: .from)
            to = try container.decode(String.self, forKey: .to)
            for (key, text) in [(CodingKeys.from, from), (.to, to)] where !Self.isTimeOfDay(text) {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container, debugDescription: "a time of day is HH:mm, from 00:00 to 23:59")
            }
        }

        /// Whether `text` is `HH:mm`, from `00:00` to `23:59`.
        public static func isTimeOfDay(_ text: String) -> Bool {
            let bytes = Array(text.utf8)
            let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
            guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), digits.contains(bytes[0]), digits.contains(bytes[1]),
                digits.contains(bytes[3]), digits.contains(bytes[4]), let hour = Int(text.prefix(2)),
                let minute = Int(text.suffix(2))
            else { return false }
            return hour < 24 && minute < 60
        }
    }

    public struct Limits: Hashable, Codable, Sendable {
        /// Seconds that any one cue may sound at the most, whatever its document says.
        public var maximumDuration: Double
        /// The same, of one that is no emergency.
        public var sessionDuration: Double?
        /// What may sound in a local day, emergencies aside.
        public var day: UseLimit?
        /// What may sound in a local week, Monday to Sunday, emergencies aside.
        public var week: UseLimit?
        /// The days on which anything but an emergency may begin; nil for all.
        public var days: [DayOfWeek]?

        public init(maximumDuration: Double = 7200) { self.maximumDuration = maximumDuration }

        private enum CodingKeys: String, CodingKey { case maximumDuration, sessionDuration, day, week, days }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            maximumDuration = try container.decodeIfPresent(in: 1.0...86_400.0, forKey: .maximumDuration) ?? 7200
            sessionDuration = try container.decodeIfPresent(in: 1.0...86_400.0, forKey: .sessionDuration)
            day = try container.decodeIfPresent(UseLimit.self, forKey: .day)
            week = try container.decodeIfPresent(UseLimit.self, forKey: .week)
            days = try container.decodeIfPresent([DayOfWeek].self, forKey: .days)
        }
    }

    public init(scopes: [Scope], timeZone: String, contentAddresses: [String], trustedKeys: [PublicKey]) {
        self.scopes = scopes
        self.timeZone = timeZone
        volumes = Volumes()
        quietHours = []
        limits = Limits()
        self.contentAddresses = contentAddresses
        self.trustedKeys = trustedKeys
    }

    private enum CodingKeys: String, CodingKey {
        case title, scopes, timeZone, volumes, quietHours, limits, selfTest, contentAddresses, trustedKeys
    }

    /// Fields that are absent take their defaults; `scopes`, `timeZone` and `trustedKeys` must be there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            scopes: try container.decode([Scope].self, forKey: .scopes),
            timeZone: try container.decode(String.self, forKey: .timeZone),
            contentAddresses: try container.decodeIfPresent([String].self, forKey: .contentAddresses) ?? [],
            trustedKeys: try container.decode([PublicKey].self, forKey: .trustedKeys))
        title = try container.decodeIfPresent(String.self, forKey: .title)
        volumes = try container.decodeIfPresent(Volumes.self, forKey: .volumes) ?? volumes
        quietHours = try container.decodeIfPresent([QuietHours].self, forKey: .quietHours) ?? quietHours
        limits = try container.decodeIfPresent(Limits.self, forKey: .limits) ?? limits
        selfTest = try container.decodeIfPresent(SelfTest.self, forKey: .selfTest)
    }
}
