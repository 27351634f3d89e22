import Crypto
public import FoundationEssentials

/// Why a document is not obeyed.
public enum DocumentRefusal: Error, Hashable, Sendable {
    /// Not a compact JWS, or larger than a document may be. Look at what publishes on the broker.
    case malformed(String)
    /// Signed with another algorithm than EdDSA, or with header fields that must be understood and are not.
    case unsupported(String)
    /// No trusted key has this name. Give the node the controller's key, if the controller is the right one.
    case unknownKey(String)
    /// The bytes are not what the key signed.
    case badSignature
    /// Signed for another topic than the one that it came by.
    case wrongTopic(String)
    /// The revision is not higher than the one that the node has.
    case oldRevision(offered: Revision, held: Revision)
    /// Signed, but its payload cannot be read.
    case unreadable(String)

    /// A word for records: stable, in the style of the other reasons.
    public var code: ReasonCode {
        switch self {
        case .malformed: .documentMalformed
        case .unsupported: .signatureUnsupported
        case .unknownKey: .signatureUnknownKey
        case .badSignature: .signatureInvalid
        case .wrongTopic: .topicMismatch
        case .oldRevision: .revisionOld
        case .unreadable: .documentUnreadable
        }
    }

    public var text: String {
        switch self {
        case .malformed(let words), .unsupported(let words), .unreadable(let words): words
        case .unknownKey(let kid): "no trusted key is named \(kid)"
        case .badSignature: "the signature does not fit"
        case .wrongTopic(let topic): "it was signed for \(topic)"
        case .oldRevision(let offered, let held): "revision \(offered) is not above \(held)"
        }
    }
}

/// Admits documents that a trusted key signed for the topic that they came by.
///
/// Nothing of a payload is looked at before its signature has been verified.
public struct DocumentVerifier: Sendable {
    /// The largest document, in bytes of its compact form.
    public static let maximumBytes = 1 << 20

    private let keys: [String: PublicKey]
    /// The names of the keys, by the header that the controller's documents have.
    private let names: [[UInt8]: String]

    public init(keys: some Sequence<PublicKey>) {
        self.keys = Dictionary(keys.map { ($0.kid, $0) }, uniquingKeysWith: { first, _ in first })
        names = Dictionary(
            uniqueKeysWithValues: self.keys.keys.map { (Array(DocumentSigner.header(naming: $0).utf8), $0) })
    }

    private struct Header: Decodable {
        var alg: String
        var kid: String?
        var crit: [String]?
    }

    /// The document in `compact`, which came by `topic`.
    ///
    /// Its revision is the caller's to compare with the one held.
    public func verify<Body: DocumentBody>(
        _ compact: some Collection<UInt8>, as body: Body.Type, topic: Topic
    ) throws(DocumentRefusal) -> Document<Body> {
        let payload = try verifiedPayload(compact)
        let document: Document<Body>
        do {
            document = try Wire.decode(Document<Body>.self, from: payload)
        } catch {
            throw .unreadable(plainWords(error))
        }
        guard document.topic == topic else { throw .wrongTopic(document.topic.description) }
        return document
    }

    /// The payload of a compact JWS whose signature fits a trusted key.
    public func verifiedPayload(_ compact: some Collection<UInt8>) throws(DocumentRefusal) -> Data {
        guard compact.count <= Self.maximumBytes else { throw .malformed("larger than \(Self.maximumBytes) bytes") }
        // A megabyte of points makes four parts, not a million.
        let parts = Array(compact).split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2])
        else { throw .malformed("not a JWS in compact form") }
        // Each document has the same header: another one is read.
        let kid = if let usual = names[Array(parts[0])] { usual } else { try name(in: parts[0]) }
        guard let key = keys[kid]?.signingKey else { throw .unknownKey(String(kid.prefix(64))) }
        guard key.isValidSignature(signature, for: Array(parts[0] + [UInt8(ascii: ".")] + parts[1])) else {
            throw .badSignature
        }
        return payload
    }

    /// The name of the key in a header.
    private func name(in header: ArraySlice<UInt8>) throws(DocumentRefusal) -> String {
        guard let bytes = Base64URL.decode(header) else { throw .malformed("not a JWS in compact form") }
        guard let header = try? Wire.decode(Header.self, from: bytes) else {
            throw .malformed("the JWS header cannot be read")
        }
        guard header.alg == "EdDSA" else { throw .unsupported("alg is \(header.alg.prefix(20)), not EdDSA") }
        guard header.crit == nil else { throw .unsupported("the JWS header has critical fields") }
        return header.kid ?? ""
    }
}
