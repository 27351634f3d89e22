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
        let header = "{\"alg\":\"EdDSA\",\"kid\":\"\(publicKey.kid)\",\"typ\":\"loa+jws\"}"
        let input = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(payload))"
        let signature = try key.signature(for: Array(input.utf8))
        return "\(input).\(Base64URL.encode(signature))"
    }
}
