import BroadcastTesting
import Foundation
import Glibc
import Testing

extension SystemSuite {
    /// What a technician on a ladder does with a box, without controller and broker.
    @Suite struct TechnicianTests {
        @Test
        func `files play one after the other, whole, and a bad one is told without keeping the next from sounding`()
            async throws
        {
            let folder = try TemporaryFolder()
            let workshop = try Workshop()
            let card = try SoundCard(in: folder, rate: 48_000, speed: 4)
            let first = try await workshop.noise("first", seconds: 1.3, rate: 48_000)
            let bad = try workshop.write(Data("no sound at all".utf8), to: "bad.mp3")
            let second = try await workshop.noise("second", seconds: 0.9, rate: 48_000)
            let (ending, child) = try await Tool.end(
                of: Programs.node, ["play", "--device", "speaker", first, bad, second], environment: card.environment)
            #expect(ending == .exited(1))
            let lines = child.output.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines.first?.contains("heard to the end, 1.3 s") == true)
            #expect(lines.dropFirst().first?.contains("bad.mp3: ") == true)
            #expect(lines.last?.contains("heard to the end, 0.9 s") == true)
            let heard = try #require(card.heard)
            for file in [first, second] {
                #expect(heard.places(of: try await workshop.decoded(file, rate: 48_000)).count == 1, "\(file)")
            }
        }

        @Test func `a device that is not there is told in words`() async throws {
            let folder = try TemporaryFolder()
            let card = try SoundCard(in: folder, rate: 48_000)
            let workshop = try Workshop()
            let file = try await workshop.noise("file", seconds: 0.5, rate: 48_000)
            let (ending, child) = try await Tool.end(
                of: Programs.node, ["play", "--device", "horn", file], environment: card.environment)
            #expect(ending == .exited(1))
            #expect(child.errors.contains("Error: horn: "))
            #expect(child.errors.contains("Devices here: speaker"))
            #expect(child.output.isEmpty)
            let swept = try await Tool.end(
                of: Programs.node, ["self-test", "--device", "horn"], environment: card.environment)
            #expect(swept.ending == .exited(1))
            #expect(
                swept.child.errors.contains("Error: horn: ") && swept.child.errors.contains("Devices here: speaker"))
            withExtendedLifetime(workshop) {}
        }

        @Test(arguments: ["play", "self-test", "check"])
        func `a card that the service or another program has is told with how to free it`(command: String) async throws
        {
            let box = try NodeBox(alone: "")
            let workshop = try Workshop()
            let file = try await workshop.noise("file", seconds: 0.3, rate: 48_000)
            let card = unsafe open(box.folder.file("heard.wav.segments"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            defer { close(card) }
            try #require(flock(card, LOCK_EX | LOCK_NB) == 0)
            let ended = command == "play" ? try await box.run(command, file) : try await box.run(command)
            #expect(ended.ending == .exited(1))
            let words = ended.output + ended.errors
            #expect(
                words.contains(
                    "speaker: in use by another program (`fuser -v /dev/snd/*` says which); "
                        + "if it is the node's service: `systemctl stop loa-node`"), "\(words)")
        }

        /// A box with an amplifier that needs 0.4 s, and a card whose volume somebody has taken away.
        private func box() throws -> (NodeBox, RelaySwitch) {
            let folder = try TemporaryFolder()
            let relay = try RelaySwitch(in: folder)
            let box = try NodeBox(
                alone: "  warmUp: 0.4\n  mixer: Master\namplifier:\n  file: \(relay.path)", rate: 48_000, channels: 1)
            try box.card.turn(to: "0 0")
            return (box, relay)
        }

        @Test func `a file goes through the amplifier and the card's volume, as it would from the node`() async throws {
            let (box, relay) = try box()
            let workshop = try Workshop()
            let file = try await workshop.noise("file", seconds: 0.5, rate: 48_000, channels: 1)
            let played = try await box.run("play", file)
            #expect(played.ending == .exited(0), "\(played.errors)")
            #expect(played.errors.contains("settings of \(box.folder.file("node.yaml"))"))
            #expect(relay.changes == "010")
            #expect(try box.card.levels == "63 1")
            let heard = try #require(box.card.heard)
            #expect(heard.channels == 1)
            // The first sample comes when the amplifier is awake.
            let expected = try await workshop.decoded(file, rate: 48_000, channels: 1)
            #expect(heard.places(of: expected) == [19_200])
        }

        @Test func `a sweep goes the same way, and another device of the box keeps its own volume`() async throws {
            let (box, relay) = try box()
            let away = try await box.run("self-test", "--device", "plain")
            #expect(away.ending == .exited(0), "\(away)")
            #expect(relay.changes == "010")
            #expect(try box.card.levels == "0 0")
            let tested = try await box.run("self-test")
            #expect(tested.output.hasPrefix("HEARD"), "\(tested)")
            #expect(relay.changes == "010")
            // The next step above the sweep's −20 dB.
            #expect(try box.card.levels == "37 1")
        }

        @Test func `an amplifier that cannot be switched is told, whatever is heard`() async throws {
            let box = try NodeBox(alone: "amplifier:\n  file: /nowhere/relay")
            let workshop = try Workshop()
            let played = try await box.run("play", try await workshop.noise("file", seconds: 0.3, rate: 48_000))
            #expect(played.ending == .exited(1))
            #expect(played.output.contains("heard to the end"))
            #expect(played.errors.contains("The amplifier cannot be switched: open /nowhere/relay"))
            let tested = try await box.run("self-test")
            #expect(tested.output.hasPrefix("HEARD") && tested.output.contains("The amplifier cannot be switched"))
        }

        @Test func `settings that are named and not there are an error, not the usual ones`() async throws {
            let (ending, child) = try await Tool.end(
                of: Programs.node, ["self-test", "--config", "/nowhere/node.yaml"])
            #expect(ending != .exited(0))
            #expect(child.errors.contains("/nowhere/node.yaml cannot be read (No such file or directory)"))
        }
    }
}
