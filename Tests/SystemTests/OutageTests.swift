import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import RuntimeSupport
import Testing

extension SystemSuite {
    /// Whatever is killed, erased or cut: nothing is lost, nothing is doubled, nothing is played twice.
    @Suite struct OutageTests {
        /// Frames that the probes of a sound skip, for a fade.
        static let margin = 2000

        /// Expects that `sound` was heard whole and once, and returns where.
        @discardableResult
        static func expectOnce(_ sound: Sound, in heard: Sound, _ words: String) throws -> Int {
            let places = heard.places(of: sound[margin..<margin + 400])
            #expect(places.count == 1, "\(words) was heard at \(places)")
            let place = try #require(places.first) - margin
            #expect(heard.distance(to: sound, at: place).map { $0 <= 1 } == true, "\(words) was not heard whole")
            return place
        }

        @Test
        func `a broker that is killed and erased, and a controller that dies before it could publish, lose nothing`()
            async throws
        {
            try await Village.run { village in
                let first = try await village.workshop.noise("first", seconds: 3)
                let second = try await village.workshop.noise("second", seconds: 1)
                let third = try await village.workshop.noise("third", seconds: 1)
                let one = try await village.broadcast(first)
                for node in village.nodes { try await node.card.hears(20_000) }
                await village.broker.kill()
                try village.broker.erase()

                // It is in the ledger, and nobody can be told.
                let two = try await village.broadcast(second)
                await village.killController()
                for node in village.nodes { try await node.card.hears(3 * 44_100) }
                try await village.startController()
                try await village.broker.start()
                try await village.controllerListens()

                #expect(try await village.wait(for: one.id).outcome == "finished")
                #expect(try await village.wait(for: two.id).outcome == "finished")
                let three = try await village.broadcast(third)
                #expect(try await village.wait(for: three.id).outcome == "finished")
                try await village.checkJournals([one.id, two.id, three.id])
                for node in village.nodes {
                    let heard = try #require(node.card.heard)
                    var end = 0
                    for (path, name) in [(first, "first"), (second, "second"), (third, "third")] {
                        let sound = try await village.workshop.decoded(path, rate: 44_100)
                        let place = try Self.expectOnce(sound, in: heard, "\(name) on \(node.id)")
                        #expect(place >= end)
                        end = place + sound.frames
                    }
                }
            }
        }

        @Test func `a node that is killed at any moment plays nothing twice and tells of everything once`() async throws
        {
            var seed = UInt64.random(in: 0...UInt64.max)
            let begun = seed
            // A linear congruential generator: the moments need to be different, not good.
            func random(_ range: Range<Int>) -> Int {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return range.lowerBound + Int(seed >> 33) % range.count
            }
            let moments = (0..<4).map { _ in random(1..<50_000) }
            try await Village.run(nodes: ["n1"]) { village in
                let node = village.nodes[0]
                var told: [(id: BroadcastID, sound: Sound, name: String)] = []
                for index in 0..<6 {
                    let name = "noise-\(index)"
                    let path = try await village.workshop.noise(name, seconds: 1.4)
                    let sound = try await village.workshop.decoded(path, rate: 44_100)
                    told.append((try await village.broadcast(path).id, sound, name))
                    // The first ones perhaps before the document came, or while the audio does.
                    if index < 2 {
                        await node.kill()
                        try await node.start()
                    } else {
                        let base = node.card.framesHeard
                        if index < 2 + moments.count {
                            try await node.card.hears(base + moments[index - 2])
                            await node.kill()
                            try await node.start()
                            // And with it, once, the controller, while the node tells what happened.
                            if index == 3 {
                                await village.killController()
                                try await village.startController()
                            }
                        }
                    }
                }
                for broadcast in told { _ = try await village.wait(for: broadcast.id) }
                try await village.checkJournals(told.map(\.id))
                let heard = try #require(node.card.heard)
                let journal = try await village.journal(of: node)
                for (id, sound, name) in told {
                    let words = "\(name), seed \(begun)"
                    let end = try #require(
                        journal.playbacks(of: CueID(broadcast: id, number: 0)).first { $0.final })
                    #expect([.finished, .interrupted].contains(end.kind), "\(words): \(end)")
                    if end.kind == .finished {
                        try Self.expectOnce(sound, in: heard, words)
                        continue
                    }
                    #expect(end.reason?.code == .nodeDied, "\(words)")
                    let frames = Int(end.framesHeard ?? 0)
                    let places = heard.places(of: sound[0..<300])
                    #expect(places.count <= 1, "\(words) was heard at \(places)")
                    guard let place = places.first else {
                        #expect(frames < 44_100 / 2, "\(words)")
                        continue
                    }
                    // How much of it there is, in steps.
                    var recorded = 0
                    while recorded + 300 <= sound.frames,
                        heard.distance(to: sound[recorded..<recorded + 300], at: place + recorded).map({ $0 <= 1 })
                            == true
                    {
                        recorded += 300
                    }
                    #expect(
                        abs(frames - recorded) <= Int(NodeBox.lag * 44_100) + 300, "\(words): \(frames), \(recorded)")
                }
            }
        }

        @Test func `a node without a network for ten broadcasts sounds them all, and tells of each once`() async throws
        {
            try await Village.run(nodes: ["n1"]) { village in
                let node = village.nodes[0]
                var paths: [String] = []
                for index in 0..<10 {
                    paths.append(try await village.workshop.noise("noise-\(index)", seconds: 0.5))
                }
                let start = Timestamp.now.advanced(bySeconds: 4)
                var items: [BroadcastItem] = []
                for (index, path) in paths.enumerated() {
                    items.append(
                        try await village.broadcast(path, at: start.advanced(bySeconds: Double(index) * 0.8)))
                }
                for item in items { try await village.line.told(.fetched, of: item.broadcast.cue, by: node.id) }
                village.brokerRelay.set(.cut)
                village.contentRelay.set(.cut)
                try await node.card.hears(10 * 22_000, within: .seconds(30))
                let during = try await village.loa(BroadcastReport.self, "broadcasts", "show", items[9].id.rawValue)
                #expect(during.playbacks.allSatisfy { !$0.final })
                village.brokerRelay.set(.good)
                village.contentRelay.set(.good)

                for item in items {
                    let report = try await village.wait(for: item.id)
                    #expect(report.outcome == "finished")
                }
                try await village.checkJournals(items.map(\.id))
                let heard = try #require(node.card.heard)
                let journal = try await village.journal(of: node)
                for (index, path) in paths.enumerated() {
                    let sound = try await village.workshop.decoded(path, rate: 44_100)
                    let place = try Self.expectOnce(sound, in: heard, "noise-\(index)")
                    let instant = try #require(try node.card.instant(of: place))
                    let late = Double(instant - items[index].broadcast.start.nanoseconds) / 1e9
                    let told = try #require(
                        journal.playbacks(of: items[index].broadcast.cue).first { $0.kind == .started }?.startError)
                    try SlowMachine.check("what the journal says of noise-\(index)", isOff: late - told, within: 0.001)
                    try SlowMachine.check("noise-\(index)", isOff: late)
                }
            }
        }
    }
}
