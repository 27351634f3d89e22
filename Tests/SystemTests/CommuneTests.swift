import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import Testing

extension SystemSuite {
    /// The main job, through the doors that a broadcaster uses.
    @Suite struct CommuneTests {
        @Test func `an emergency from the command line interrupts every node, and the proof comes back`() async throws {
            try await Village.run { village in
                let watch = try village.watch()
                let news = try await village.workshop.noise("news", seconds: 4)
                let warning = try await village.workshop.speech(
                    "warning", "Khẩn cấp. Lũ đang về. Mời bà con lên chỗ cao.")
                let normal = try await village.loa(
                    BroadcastItem.self, "broadcast", news, "--to", "\(Village.commune)", "--title", "Bản tin")
                for node in village.nodes { try await node.card.hears(30_000) }
                let emergency = try await village.loa(
                    BroadcastItem.self, "broadcast", warning, "--to", "\(Village.commune)", "--class", "emergency",
                    "--yes")
                let first = try await village.wait(for: normal.id)
                let second = try await village.wait(for: emergency.id)
                #expect(first.outcome == "finished")
                #expect(second.outcome == "finished")
                #expect(second.report.item.progress.nodes == 2)

                for node in village.nodes {
                    try await watch.line { line in
                        let event = try? Wire.decode(LiveEvent.self, from: Data(line.utf8))
                        return event?.node == node.id && event?.playback?.broadcast == emergency.id
                            && event?.playback?.state == .finished
                    }
                    let interrupted = try #require(first.report.playbacks.first { $0.node == node.id })
                    let played = try #require(second.report.playbacks.first { $0.node == node.id })
                    #expect(interrupted.state == .finished && interrupted.final)
                    #expect(interrupted.interruptions == 1)
                    #expect(interrupted.by == CueID(broadcast: emergency.id, number: 0))
                    #expect(played.interruptions == 0)
                    for playback in [interrupted, played] {
                        #expect(playback.framesHeard == playback.framesDue)
                        #expect((playback.startError ?? .infinity) < 5)
                    }
                    // What was heard in all is what the ledger says was heard, less the ramps' overlap.
                    let heard = try #require(node.card.heard).audible
                    let told = Int((interrupted.framesHeard ?? 0) + (played.framesHeard ?? 0))
                    #expect(abs(heard.count - told) < 44_100 / 2, "\(node.id): \(heard.count) of \(told)")
                    let expected = try await village.workshop.decoded(warning, rate: 44_100)
                    #expect(abs(Int(played.framesDue ?? 0) - expected.frames) <= 1)
                }
                try await village.checkJournals([normal.id, emergency.id])
            }
        }

        @Test func `audio that cannot be broadcast is refused at the upload, in words`() async throws {
            try await Village.run(nodes: []) { village in
                let workshop = village.workshop
                let good = try Data(contentsOf: URL(filePath: try await workshop.noise("good", seconds: 2)))
                var corrupt = good
                for index in good.count / 3..<good.count / 3 + 5000 {
                    corrupt[index] = UInt8(truncatingIfNeeded: index &* 37)
                }
                let bad = [
                    try workshop.write(Data(), to: "empty.mp3"),
                    try workshop.write(
                        Data("Đây không phải là MP3.\n".utf8) + Data(repeating: 65, count: 9000), to: "text.mp3"),
                    try workshop.write(good.prefix(good.count * 2 / 3), to: "truncated.mp3"),
                    try workshop.write(corrupt, to: "corrupt.mp3"),
                    workshop.path("good.wav"),
                ]
                for path in bad {
                    let (ending, words) = try await village.loaFailing("audio", "add", path)
                    #expect(ending != .exited(0), "\(path)")
                    #expect(words.count > 30, "\(path): \(words)")
                    let (status, body) = try await village.upload(path)
                    #expect(status.hasPrefix("4"), "\(path): \(status) \(body)")
                    let problem = try? Wire.decode(ProblemDetails.self, from: Data(body.utf8))
                    #expect(problem?.detail?.isEmpty == false, "\(path): \(body)")
                }
                #expect(try await village.loa(List<AudioItem>.self, "audio", "list").items.isEmpty)
                for (name, options) in [("free", ["--freeformat", "-b", "400"]), ("variable", ["-V", "4"])] {
                    let path = try await workshop.noise(name, seconds: 2, options: options)
                    let item = try await village.loa(AudioItem.self, "audio", "add", path)
                    let decoded = try await workshop.decoded(path, rate: 44_100)
                    #expect(abs(item.duration - Double(decoded.frames) / 44_100) < 0.001)
                }
            }
        }

        @Test func `a record that cannot be read is set aside alone`() async throws {
            try await Village.run(nodes: [], silent: ["cl-9"]) { village in
                let node = NodeID(unchecked: "cl-9")
                let topic = Topic.journal(node)
                let line = try BrokerLine(
                    user: node.rawValue, password: village.passwords[node] ?? "", port: village.broker.port,
                    hearing: [Topic.receipt(node).description])
                try await withThrowingTaskGroup { group in
                    group.addTask { try await line.run() }
                    defer { group.cancelAll() }
                    try await line.isListening()
                    func record(_ sequence: Int, _ fields: String) -> String {
                        """
                        {"sequence":\(sequence),"at":"2026-11-21T03:15:00.000Z","monotonic":\(sequence),"boot":"b",\
                        "clockTrusted":true,\(fields)}
                        """
                    }
                    let records = [
                        record(1, #""kind":"booted""#), record(2, #""kind":"aKindOfTomorrow""#),
                        record(3, #""kind":"finished","cue":17,"final":"maybe""#), #"{"sequence":4,"kind":"booted"}"#,
                        record(5, #""kind":"stopping""#),
                    ]
                    try await line.publish(
                        #"{"node":"cl-9","journal":"j1","records":[\#(records.joined(separator: ","))]}"#, to: topic)
                    let receipt = try await line.receipt(for: node, through: 5)
                    #expect(receipt.journal.rawValue == "j1")
                    let aside = try await village.get(List<UnreadableRecord>.self, Route.unreadableRecords).items
                    #expect(aside.compactMap(\.sequence).sorted() == [2, 3, 4])
                    #expect(aside.allSatisfy { $0.node == node && !$0.reason.isEmpty && $0.raw.contains("kind") })
                    let entries = try await village.get(List<JournalEntry>.self, Route.journal(of: node)).items
                    #expect(entries.map(\.record.sequence).sorted() == [1, 5])

                    // What is no batch at all holds nothing up either.
                    try await line.publish("loa", to: topic)
                    try await line.publish(
                        #"{"node":"cl-9","journal":"j1","records":[\#(record(6, #""kind":"booted""#))]}"#, to: topic)
                    try await line.receipt(for: node, through: 6)
                }
            }
        }
    }
}
