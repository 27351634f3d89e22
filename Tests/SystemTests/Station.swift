import BroadcastTesting
import Broadcasting
import Crypto
import Foundation
import RuntimeSupport
import Testing

/// One real node with a broker of its own, and a controller and an audio server that the test plays.
struct Station: Sendable {
    let broker: MosquittoBroker
    let controller: SignedController
    let server: ContentServer
    let node: NodeBox
    let workshop: Workshop
    /// Between the node and its broker.
    let relay: NetworkRelay
    let patience: Patience

    static let commune = Scope.commune("cam-giang")

    /// Sets all up, starts the node, publishes its settings, and runs `body`; what went wrong is told with the node's log. Anew with more
    /// patience, when `body` finds the machine too slow for what is to be shown.
    static func run(
        rate: Int = 44_100, channels: Int = 2, speed: Double = 1, quietHours: [NodeSettings.QuietHours] = [],
        disk: Disk = .ordinary, device: String = "speaker", settings: String = "",
        _ body: @Sendable (Station) async throws -> Void
    ) async throws {
        try await Patience.growing { patience in
            let id = NodeID(unchecked: "n1")
            let broker = try await MosquittoBroker.started(users: [SignedController.user, NodeBox.user(id)])
            let relay = try NetworkRelay(to: broker.port)
            let controller = try SignedController(port: broker.port)
            let server = try ContentServer()
            let node = try NodeBox(
                id, brokerPort: relay.port, trustedKey: controller.signer.publicKey,
                contentAddresses: [server.address], rate: rate, channels: channels, speed: patience.slowed(speed),
                disk: disk, device: device, settings: settings)
            let station = Station(
                broker: broker, controller: controller, server: server, node: node, workshop: try Workshop(),
                relay: relay, patience: patience)
            try await station.use(quietHours: quietHours, body)
        }
    }

    private func use(
        quietHours: [NodeSettings.QuietHours], _ body: @Sendable (Station) async throws -> Void
    ) async throws(SlowMachine) {
        let slow = await withTaskGroup { group -> SlowMachine? in
            group.addTask { try? await controller.run() }
            defer { group.cancelAll() }
            do {
                try await sendSettings(quietHours: quietHours)
                try await node.start()
                try await controller.told(.booted)
                try await body(self)
            } catch let slow as SlowMachine {
                return slow
            } catch {
                Issue.record("\(error)\n— the node's log —\n\(node.log.suffix(12_000))")
            }
            return nil
        }
        await node.kill()
        await broker.kill()
        if let slow { throw slow }
    }

    func sendSettings(quietHours: [NodeSettings.QuietHours] = []) async throws {
        var settings = NodeSettings(
            scopes: [Self.commune], timeZone: "Asia/Ho_Chi_Minh", contentAddresses: [],
            trustedKeys: [controller.signer.publicKey])
        settings.quietHours = quietHours
        try await controller.say(settings, on: .settings(node.id))
    }

    /// Puts a file on the server under its hash, and names it as a document does.
    func offer(_ path: String, duration: Double = 60) throws -> AudioReference {
        let data = try Data(contentsOf: URL(filePath: path))
        let audio = AudioReference.naming(data, duration: duration)
        server.set(.file(data), for: audio.fileName)
        return audio
    }
}

extension AudioReference {
    /// Names `data` truthfully, at unity gain.
    static func naming(_ data: Data, duration: Double = 60) -> AudioReference {
        AudioReference(
            sha256: ContentHash(SHA256.hash(data: data)), bytes: Int64(data.count), duration: duration, gain: 0)
    }

    var fileName: String { "\(sha256).mp3" }
}

extension Scope {
    static func commune(_ id: String) -> Scope { Scope("commune.\(id)") ?? .node(NodeID(unchecked: id)) }
}

extension Timestamp {
    static var now: Timestamp { Timestamp(nanoseconds: WallClock.nanoseconds) }
}

extension Broadcast {
    /// A broadcast that is due at once, or so many seconds from now.
    static func due(
        in seconds: Double = 0, _ id: String, _ audio: AudioReference..., class: BulletinClass = .normal,
        expires: Double = 600, whenInterrupted: InterruptionPolicy? = nil
    ) -> Broadcast {
        let start = Timestamp.now.advanced(bySeconds: seconds)
        var broadcast = Broadcast(
            id: BroadcastID(unchecked: id), class: `class`, title: id, audio: audio, start: start,
            expires: start.advanced(bySeconds: expires))
        broadcast.whenInterrupted = whenInterrupted ?? broadcast.whenInterrupted
        return broadcast
    }

    /// Its first occurrence.
    var cue: CueID { CueID(broadcast: id, number: 0) }
}
