public import Configuration

/// A settings file in YAML, as swift-configuration asks it: each value in the type that is wanted of it.
public struct YAMLSettingsFile: FileConfigSnapshot {
    /// There is nothing to choose.
    public struct ParsingOptions: FileParsingOptions {
        public static let `default` = ParsingOptions()
    }

    public let providerName: String
    private let settings: YAMLSettings

    public init(data: RawSpan, providerName: String, parsingOptions: ParsingOptions) throws {
        self.providerName = providerName
        settings = try YAMLSettings(data.byteOffsets.map { unsafe data.unsafeLoad(fromByteOffset: $0, as: UInt8.self) })
    }

    public func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        let name = key.components.joined(separator: ".")
        guard let value = settings.values[name] else { return LookupResult(encodedKey: name, value: nil) }
        guard let content = Self.content(of: value, as: type) else { throw MistypedSetting(key: name, type: type) }
        return LookupResult(encodedKey: name, value: ConfigValue(content, isSecret: false))
    }

    private static func content(of value: YAMLSettings.Value, as type: ConfigType) -> ConfigContent? {
        switch (type, value) {
        case (.string, .scalar(let text)): .string(text)
        case (.int, .scalar(let text)): Int(text).map { .int($0) }
        case (.double, .scalar(let text)): Double(text).map { .double($0) }
        case (.bool, .scalar("true")): .bool(true)
        case (.bool, .scalar("false")): .bool(false)
        case (.stringArray, .list(let items)): .stringArray(items)
        default: nil
        }
    }

    // Values may be secret.
    public var description: String { "\(providerName)[\(settings.values.count) values]" }
    public var debugDescription: String { "\(providerName)[\(settings.values.keys.sorted().joined(separator: ", "))]" }
}

/// A value that is there, but not of the type that its key wants.
struct MistypedSetting: Error, CustomStringConvertible {
    let key: String
    let type: ConfigType

    var description: String { "\(key) is not of type \(type.rawValue)" }
}
