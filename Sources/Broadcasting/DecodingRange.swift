extension KeyedDecodingContainer {
    /// Decodes a number that must lie in `range`; the error names the field and the range.
    func decode<Value: Decodable & Comparable & Sendable>(in range: ClosedRange<Value>, forKey key: Key) throws -> Value
    {
        let value = try decode(Value.self, forKey: key)
        guard range.contains(value) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "\(key.stringValue) must lie in \(range)")
        }
        return value
    }

    func decodeIfPresent<Value: Decodable & Comparable & Sendable>(in range: ClosedRange<Value>, forKey key: Key) throws
        -> Value?
    {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try decode(in: range, forKey: key)
    }
}
