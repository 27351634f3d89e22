import Broadcasting

extension Console {
    /// Writes the result as one JSON value on a line.
    func show(json value: some Encodable) throws { try show(String(decoding: Wire.encode(value), as: UTF8.self)) }
}
