import Broadcasting
import ControllerAPI
import Crypto
import Foundation
import Testing

/// Values as a controller answers with.
enum Sample {
    static func hash() throws -> ContentHash { try #require(ContentHash(String(repeating: "ab", count: 32))) }
    static func scope() throws -> Scope { try #require(Scope("commune.cam-giang")) }
    static func time() throws -> Timestamp { try #require(Timestamp("2026-11-21T22:00:00Z")) }

    static func audio() throws -> AudioItem {
        AudioItem(
            sha256: try hash(), title: "Bão số 3", bytes: 1_040_000, duration: 65, loudness: -18.5, truePeak: -3,
            gain: 2, sampleRate: 44_100, channels: 1, addedAt: try time())
    }

    static func broadcast(_ states: [PlaybackState] = [.waiting], settled: Bool = false) throws -> BroadcastReport {
        let id = try #require(BroadcastID(rawValue: "b1"))
        let broadcast = Broadcast(
            id: id, class: .emergency, title: "Bão số 3", audio: [try audio().reference], start: try time(),
            expires: try time().advanced(bySeconds: 3600))
        var counts: [String: Int] = [:]
        for state in states { counts[state.rawValue, default: 0] += 1 }
        return BroadcastReport(
            item: BroadcastItem(
                broadcast: broadcast, scopes: [try scope()], createdAt: try time(),
                progress: .init(nodes: states.count, states: counts, settled: settled)),
            playbacks: try states.enumerated().map { index, state in
                Playback(
                    node: try #require(NodeID(rawValue: "cl-0\(index + 1)")), broadcast: id, occurrence: 0,
                    state: state,
                    final: settled)
            })
    }

    static func node(_ name: String = "cl-01", _ state: NodeItem.State = .connected) throws -> NodeItem {
        var settings = NodeSettings(
            scopes: [try scope()], timeZone: "Asia/Ho_Chi_Minh", contentAddresses: [], trustedKeys: [])
        settings.title = "Thôn Ấp Mới"
        return NodeItem(
            id: try #require(NodeID(rawValue: name)), settings: settings, addedAt: try time(), state: state)
    }

    static func credentials() throws -> NodeCredentials {
        NodeCredentials(
            node: try #require(NodeID(rawValue: "cl-01")),
            mqtt: .init(host: "127.0.0.1", port: 1883, tls: false, user: "cl-01", password: "0a1b"),
            trustedKey: PublicKey(Curve25519.Signing.PrivateKey().publicKey), scopes: [try scope()],
            timeZone: "Asia/Ho_Chi_Minh", contentAddresses: [])
    }

    static func halt() throws -> HaltItem {
        HaltItem(scope: try scope(), halt: Halt(since: try time(), emergencies: true))
    }

    static func event(_ kind: LiveEvent.Kind, _ text: String) throws -> LiveEvent {
        var event = LiveEvent(kind, at: try time(), text: text)
        event.node = NodeID(rawValue: "cl-01")
        return event
    }

    /// A controller with all of these.
    static func controller(_ others: [String: [FakeController.Answer]] = [:]) async throws -> FakeController {
        let report = try broadcast([.finished, .failed], settled: true)
        let routes: [String: [FakeController.Answer]] = [
            "GET \(Route.audio)": [.json(200, try Wire.encode(List([try audio()])))],
            "GET \(Route.audio(try hash()))": [.json(200, try Wire.encode(try audio()))],
            "POST \(Route.audio)": [.json(201, try Wire.encode(try audio()))],
            "GET \(Route.broadcasts)": [.json(200, try Wire.encode(List([report.item])))],
            "POST \(Route.broadcasts)": [.json(201, try Wire.encode(report.item))],
            "GET \(Route.broadcast(report.item.id))": [.json(200, try Wire.encode(report))],
            "POST \(Route.cancellation(of: report.item.id))": [.json(200, try Wire.encode(report.item))],
            "GET \(Route.halts)": [.json(200, try Wire.encode(List([try halt()])))],
            "PUT \(Route.halt(try scope()))": [.json(200, try Wire.encode(try halt()))],
            "DELETE \(Route.halt(try scope()))": [.json(204, Data())],
            "GET \(Route.nodes)": [.json(200, try Wire.encode(List([try node(), try node("cl-02", .lost)])))],
            "POST \(Route.nodes)": [.json(201, try Wire.encode(try credentials()))],
            "GET \(Route.node(try node().id))": [.json(200, try Wire.encode(try node()))],
        ]
        return try await FakeController(routes.merging(others) { $1 })
    }
}
