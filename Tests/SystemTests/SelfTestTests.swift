import BroadcastTesting
import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// Whether sound left the horn: a sweep, and a microphone before it.
    @Suite struct SelfTestTests {
        private func test(_ card: SoundCard, _ options: String...) async throws -> (
            status: CInt, output: String, errors: String
        ) {
            let (ending, child) = try await Tool.end(
                of: Programs.node, ["self-test", "--device", "speaker"] + options, environment: card.environment)
            guard case .exited(let status) = ending else { throw ToolFailure(description: "\(ending)") }
            return (status, child.output, child.errors)
        }

        @Test func `a technician learns that it was heard, how loud and how much later`() async throws {
            let folder = try TemporaryFolder()
            let card = try SoundCard(in: folder, rate: 48_000)
            let (status, text, errors) = try await test(card, "--capture", "speaker", "--json")
            #expect(status == 0, "\(errors)")
            let result = try Wire.decode(SelfTestResult.self, from: Data(text.utf8))
            #expect(result.heard == true && result.error == nil)
            // A crest of −20 dBFS is a mean power of −23; the way to the microphone takes 20 dB and 50 ms.
            #expect(abs(try #require(result.level) + 43) < 1)
            #expect(abs(try #require(result.delay) - 0.05) < 0.005)
            #expect(card.framesHeard >= 72_000)
        }

        @Test func `a horn that says nothing is told, and so are a microphone that is not there and nobody listening`()
            async throws
        {
            let folders = try (0..<3).map { _ in try TemporaryFolder() }
            let cards = try folders.map { try SoundCard(in: $0, rate: 48_000, distance: 80) }
            async let listened = test(cards[0], "--capture", "speaker")
            async let missed = test(cards[1], "--capture", "nothing")
            async let played = test(cards[2])
            let (deaf, absent, nobody) = try await (listened, missed, played)
            #expect(deaf.0 == 2 && deaf.1.hasPrefix("NOT HEARD"), "\(deaf)")
            #expect(absent.0 == 1 && absent.1.contains("listen on nothing"), "\(absent)")
            #expect(nobody.0 == 0 && nobody.1.hasPrefix("played, nobody listened"), "\(nobody)")
            let away = try await Tool.end(
                of: Programs.node, ["self-test", "--device", "horn"], environment: cards[0].environment)
            #expect(away.ending == .exited(1) && away.child.errors.contains("Error: horn: "))
        }

        @Test(arguments: [8000, 12_000, 96_000])
        func `the sweep sounds on a card of any rate`(rate: Int) async throws {
            let box = try NodeBox(alone: "", rate: rate, channels: 1)
            let (ending, output, errors) = try await box.run("self-test", "--json")
            #expect(box.card.framesHeard >= rate * 3 / 2, "\(errors)")
            let result = try Wire.decode(SelfTestResult.self, from: Data(output.utf8))
            // The virtual card's microphone has the rate of its loudspeaker, and of these a microphone may have the last alone.
            #expect(ending == .exited(rate == 96_000 ? 0 : 1))
            #expect(result.heard == (rate == 96_000 ? true : nil), "\(result)")
        }

        /// The daily self-test of a time that has just passed.
        private func settings(_ station: Station) -> NodeSettings {
            var settings = NodeSettings(
                scopes: [Station.commune], timeZone: "UTC", contentAddresses: [],
                trustedKeys: [station.controller.signer.publicKey])
            let minute = (Int(Timestamp.now.nanoseconds / 60_000_000_000) + 1440 - 15) % 1440
            let (hour, rest) = minute.quotientAndRemainder(dividingBy: 60)
            settings.selfTest = NodeSettings.SelfTest(
                at: "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)", level: -26)
            return settings
        }

        @Test func `once a day a node tests itself, and gives way to a cue that comes meanwhile`() async throws {
            try await Station.run(rate: 48_000) { station in
                let mp3 = try await station.workshop.noise("noise", seconds: 1.5, rate: 48_000)
                let expected = try await station.workshop.decoded(mp3, rate: 48_000)
                let emergency = Broadcast.due("e1", try station.offer(mp3), class: .emergency)
                try await station.controller.say(settings(station), on: .settings(station.node.id))
                try await station.node.card.hears(4800)
                try await station.controller.say([emergency], to: Station.commune)
                let end = try await station.controller.ending(of: emergency.cue)
                #expect(end.event.kind == .finished)
                let tested = try await station.controller.told(.selfTested)
                let result = try #require(tested.selfTest)
                #expect(result.heard == true && result.error == nil, "\(result)")
                #expect(abs((result.delay ?? 0) - 0.05) < 0.02)
                try await station.controller.healths.first("health with the self-test's result") {
                    $0.selfTest == result && !$0.faults.contains { $0.part == "selfTest" }
                }
                // Nothing of the sweep is in the emergency, but for the few milliseconds in which it fades.
                let heard = try #require(station.node.card.heard)
                #expect(heard.places(of: expected[4800..<expected.frames]).count == 1)
                // It is not due again today, also for a program that was started anew.
                let records = try station.controller.settledJournal().count
                await station.node.kill()
                try await station.node.start()
                let healths = station.controller.healths.all.count
                try await station.controller.told(.booted, from: records)
                // It is still what the latest test found.
                try await station.controller.healths.first(from: healths, "health of the program that was started anew")
                {
                    $0.selfTest == result
                }
                let next = Broadcast.due("e2", emergency.audio[0], class: .emergency)
                try await station.controller.say([next], to: Station.commune)
                try await station.controller.ending(of: next.cue)
                let tests = try station.controller.settledJournal().filter {
                    if case .node(let event) = $0.event { event.kind == .selfTested } else { false }
                }
                #expect(tests.count == 1)
            }
        }

        @Test func `a daily self-test that nobody could hear is a fault in health`() async throws {
            // At this rate the virtual card has no microphone that could be listened to.
            try await Station.run(rate: 8000) { station in
                try await station.controller.say(settings(station), on: .settings(station.node.id))
                let tested = try await station.controller.told(.selfTested)
                #expect(tested.selfTest?.heard == nil)
                #expect(tested.selfTest?.error?.contains("listen on speaker") == true)
                #expect(station.node.card.framesHeard >= 12_000)
                let health = try await station.controller.healths.first("health with the self-test's result") {
                    $0.selfTest != nil
                }
                #expect(health.selfTest == tested.selfTest)
                #expect(health.faults.contains { $0.part == "selfTest" && $0.text.contains("listen on speaker") })
            }
        }

        @Test func `a daily self-test on a card that does not play is made once, and is a fault in health`()
            async throws
        {
            try await Station.run(rate: 48_000) { station in
                let mp3 = try await station.workshop.noise("noise", seconds: 0.5, rate: 48_000)
                let emergency = Broadcast.due("e1", try station.offer(mp3), class: .emergency)
                try await station.controller.healths.first("an open card") { $0.device.rate == 48_000 }
                try station.node.card.say("stuck")
                try await station.controller.say(settings(station), on: .settings(station.node.id))
                let tested = try await station.controller.told(.selfTested)
                #expect(tested.selfTest?.heard == nil)
                #expect(tested.selfTest?.error?.contains("sound card was lost") == true)
                try await station.controller.fault("selfTest", "sound card was lost")
                // Where it plays again nothing is to be tried again today.
                try station.node.card.say("present")
                try await station.controller.told(.deviceRestored)
                try await station.controller.say([emergency], to: Station.commune)
                let end = try await station.controller.ending(of: emergency.cue)
                #expect(end.event.kind == .finished)
                let tests = try station.controller.settledJournal().filter {
                    if case .node(let event) = $0.event { event.kind == .selfTested } else { false }
                }
                #expect(tests.count == 1)
            }
        }
    }
}
