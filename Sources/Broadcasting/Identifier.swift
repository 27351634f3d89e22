/// A name that travels in topics, file names and logs, so it is kept to characters that are safe in all of them.
///
/// 1 to 64 characters of `A–Z a–z 0–9 - _`, the first a letter or a digit.
public protocol Identifier: RawRepresentable<String>, Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// Wraps a name that is known to be well-formed.
    init(unchecked rawValue: String)
}

extension Identifier {
    /// Accepts `rawValue` when it is well-formed, and is nil otherwise.
    public init?(rawValue: String) {
        guard isIdentifier(rawValue) else { return nil }
        self.init(unchecked: rawValue)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(rawValue: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "an identifier has 1–64 of A–Z a–z 0–9 - _, a letter or digit first")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public var description: String { rawValue }
}

/// Whether `text` is 1 to 64 characters of `A–Z a–z 0–9 - _`, the first a letter or a digit.
func isIdentifier(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= 64, isAlphanumeric(first) else { return false }
    return bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
    default: false
    }
}
