import Broadcasting
import Crypto
import FoundationEssentials
import Testing

/// Values that several suites use.
enum Samples {
    static let key = Curve25519.Signing.PrivateKey()
    static let signer = DocumentSigner(key: key)
    static let scope = Scope("commune.cam-giang")
    static let topicName = "loa/v1/scopes/commune.cam-giang/broadcasts"

    static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    static func audio() throws -> AudioReference {
        let hash = try #require(ContentHash(String(repeating: "ab", count: 32)))
        return AudioReference(sha256: hash, bytes: 48_000, duration: 3.5, gain: -2.25)
    }

    static func broadcast(_ id: String = "lu-lut-01", class: BulletinClass = .emergency) throws -> Broadcast {
        let start = try time("2026-11-21T03:15:00Z")
        return Broadcast(
            id: try #require(BroadcastID(rawValue: id)), class: `class`, title: "Cảnh báo lũ",
            audio: [try audio()], start: start, expires: start.advanced(bySeconds: 3600))
    }

    static func document(_ broadcasts: [Broadcast], number: Int64 = 7) throws -> Document<BroadcastsDocument> {
        Document(
            topic: try #require(Topic(topicName)), revision: Revision(epoch: 1, number: number),
            issuedAt: try time("2026-11-21T03:14:59.5Z"), body: BroadcastsDocument(broadcasts: broadcasts))
    }
}
