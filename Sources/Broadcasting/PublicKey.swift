public import Crypto
import FoundationEssentials

/// A public Ed25519 key, as a JWK (RFC 8037): `{"kty":"OKP","crv":"Ed25519","kid":…,"x":…}`.
public struct PublicKey: Hashable, Codable, Sendable {
    /// The key's RFC 7638 thumbprint: SHA-256 of its canonical JWK, in base64url.
    public let kid: String
    /// The 32 bytes of the key, in base64url.
    public let x: String

    public init(_ key: Curve25519.Signing.PublicKey) {
        x = Base64URL.encode(key.rawRepresentation)
        kid = Self.thumbprint(x: x)
    }

    /// Reads the base64url form of a key's 32 bytes, as a settings file gives it; nil otherwise.
    public init?(base64URL text: String) {
        guard let bytes = Base64URL.decode(text),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { return nil }
        self.init(key)
    }

    /// The key to verify with.
    public var signingKey: Curve25519.Signing.PublicKey? {
        Base64URL.decode(x).flatMap { try? Curve25519.Signing.PublicKey(rawRepresentation: $0) }
    }

    private enum CodingKeys: String, CodingKey { case kty, crv, kid, x }

    /// Refuses a key whose `kid` is not its thumbprint, so that a name always means one key.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard try container.decode(String.self, forKey: .kty) == "OKP",
            try container.decode(String.self, forKey: .crv) == "Ed25519",
            let key = PublicKey(base64URL: try container.decode(String.self, forKey: .x)),
            try container.decode(String.self, forKey: .kid) == key.kid
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .x, in: container,
                debugDescription: "a key is a JWK of kty OKP and crv Ed25519, its kid the RFC 7638 thumbprint")
        }
        self = key
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("OKP", forKey: .kty)
        try container.encode("Ed25519", forKey: .crv)
        try container.encode(kid, forKey: .kid)
        try container.encode(x, forKey: .x)
    }

    private static func thumbprint(x: String) -> String {
        let canonical = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"\(x)\"}"
        return Base64URL.encode(SHA256.hash(data: Array(canonical.utf8)))
    }
}
