public import Crypto

/// The SHA-256 of a piece of audio, by which documents, stores and addresses name it. Written as 64 lower-case hex digits.
public struct ContentHash: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let hex: String

    /// Reads 64 lower-case hex digits; nil otherwise.
    public init?(_ hex: String) {
        guard hex.utf8.count == 64, hex.utf8.allSatisfy({ lowerHex.contains($0) }) else { return nil }
        self.hex = hex
    }

    public init(_ digest: SHA256.Digest) {
        hex = String(decoding: digest.flatMap { [lowerHex[Int($0 >> 4)], lowerHex[Int($0 & 15)]] }, as: UTF8.self)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let hash = ContentHash(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a SHA-256 is 64 lower-case hex digits")
        }
        self = hash
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }

    public static func < (left: ContentHash, right: ContentHash) -> Bool { left.hex < right.hex }

    public var description: String { hex }
}

private let lowerHex = Array("0123456789abcdef".utf8)
