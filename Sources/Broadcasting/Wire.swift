public import FoundationEssentials

/// The one JSON form of everything that travels: keys sorted, times as RFC 3339, no white space.
public enum Wire {
    public static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// - Throws: `DecodingError`; `plainWords` puts it in words.
    public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        try JSONDecoder().decode(type, from: data)
    }
}
