public import Crypto
public import FoundationEssentials

/// Signs documents with the controller's key, as JWS in compact form (RFC 7515) with EdDSA (RFC 8037).
public struct DocumentSigner: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    public let publicKey: PublicKey

    public init(key: Curve25519.Signing.PrivateKey) {
        self.key = key
        publicKey = PublicKey(key.publicKey)
    }

    /// The document as it is published: header, payload and signature in base64url, with dots between.
    public func sign(_ document: Document<some DocumentBody>) throws -> String {
        try sign(payload: Wire.encode(document))
    }

    /// Signs bytes as they are. For tests of what a verifier refuses; documents go through `sign(_:)`.
    public func sign(payload: Data) throws -> String {
        let input = "\(Self.header(naming: publicKey.kid)).\(Base64URL.encode(payload))"
        let signature = try key.signature(for: Array(input.utf8))
        return "\(input).\(Base64URL.encode(signature))"
    }

    /// The first part of every document that the key named `kid` signs, in base64url.
    static func header(naming kid: String) -> String {
        Base64URL.encode("{\"alg\":\"EdDSA\",\"kid\":\"\(kid)\",\"typ\":\"loa+jws\"}".utf8)
    }
}
