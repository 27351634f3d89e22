import Broadcasting
import Crypto
import Foundation
import Testing

extension SystemSuite {
    /// A broker, or who got hold of one, cannot make a node sound.
    @Suite struct HostileDocumentTests {
        @Test
        func `a document that is altered, foreign, moved or replayed is refused with its reason, and nothing sounds`()
            async throws
        {
            try await Station.run { station in
                let controller = station.controller
                let audio = try station.offer(try await station.workshop.noise("noise", seconds: 0.5))
                let topic = Topic.broadcasts(Station.commune)
                let own = Topic.broadcasts(.node(station.node.id))
                func document(_ id: String, for topic: Topic) throws -> String {
                    try controller.sign(
                        BroadcastsDocument(broadcasts: [.due(id, audio, class: .emergency)]), for: topic)
                }
                func refused(_ code: ReasonCode, on topic: Topic, _ text: String) async throws {
                    let known = controller.journal.all.count
                    try await controller.publish(text, to: topic)
                    let event = try await controller.told(.documentRefused, from: known)
                    #expect(event.reason?.code == code)
                    #expect(event.reason?.text.isEmpty == false)
                    #expect(event.topic == topic.description)
                }
                // Held first, and with nothing to sound, so that there is something to fall behind.
                let empty = BroadcastsDocument()
                let older = try document("old", for: topic)
                try await controller.say(empty, on: topic)
                try await controller.told(.documentAccepted) { $0.topic == topic.description }

                try await refused(.revisionOld, on: topic, older)
                let good = try document("altered", for: topic)
                let parts = good.split(separator: ".").map(String.init)
                try await refused(
                    .signatureInvalid, on: topic,
                    [parts[0], Self.flippingBit(in: parts[1]), parts[2]].joined(separator: "."))
                try await refused(.topicMismatch, on: own, good)
                let stranger = DocumentSigner(key: Curve25519.Signing.PrivateKey())
                let foreign = try stranger.sign(
                    Document(
                        topic: topic, revision: Revision(epoch: 9, number: 1), issuedAt: .now,
                        body: BroadcastsDocument(broadcasts: [.due("foreign", audio, class: .emergency)])))
                try await refused(.signatureUnknownKey, on: topic, foreign)
                try await refused(.documentMalformed, on: topic, "loa")
                let unsigned = Data(#"{"alg":"none"}"#.utf8).base64EncodedString().replacing("=", with: "")
                try await refused(.signatureUnsupported, on: topic, "\(unsigned).\(parts[1]).\(parts[2])")

                // The node is well: what is right still sounds, alone.
                let honest = Broadcast.due("honest", audio)
                try await controller.say([honest], to: Station.commune)
                #expect(try await controller.ending(of: honest.cue).event.kind == .finished)
                let cues = Set(controller.journal.all.compactMap { $0.playback?.cue })
                #expect(cues == [honest.cue])
                #expect(Set(station.server.requests) == ["/content/\(audio.fileName)"])
                let heard = try #require(station.node.card.heard)
                let expected = try await station.workshop.decoded(station.workshop.path("noise.mp3"), rate: 44_100)
                #expect(heard.audible.upperBound <= expected.frames)
                #expect(try #require(heard.distance(to: expected, at: 0)) <= 1)
            }
        }

        /// Turns one bit of what a part of a JWS means, and leaves it well-formed.
        static func flippingBit(in part: String) -> String {
            var text = Array(part.utf8)
            let middle = text.count / 2
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
            let value = alphabet.firstIndex(of: text[middle]) ?? 0
            text[middle] = alphabet[value ^ 1]
            return String(decoding: text, as: UTF8.self)
        }
    }
}
