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
            try await Patience.growing { _ in
                let (box, relay) = try box()
                let away = try await box.run("self-test", "--device", "plain")
                try box.card.keptUp()
                #expect(away.ending == .exited(0), "\(away)")
                // A device without a mixer of its name is nothing to speak of.
                #expect(!away.errors.contains("ALSA lib"), "\(away)")
                #expect(relay.changes == "010")
                #expect(try box.card.levels == "0 0")
                let tested = try await box.run("self-test")
                try box.card.keptUp()
                #expect(tested.output.hasPrefix("HEARD"), "\(tested)")
                #expect(relay.changes == "010")
                // The next step above the sweep's −20 dB.
                #expect(try box.card.levels == "37 1")
            }
        }

        @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(CInt, CInt)])
        func `a file that is broken off ends in a fade, with the amplifier off`(
            number: CInt, status: CInt
        ) async throws {
            let workshop = try Workshop()
            let file = try await workshop.tone(440, seconds: 60)
            try await Patience.growing { _ in
                let (box, relay) = try box()
                let child = try box.begin(["play", file])
                // 0.4 s of warm-up, and 0.2 s of sound.
                try await box.card.hears(28_800)
                child.signal(number)
                #expect(await child.wait() == .exited(status), "\(child.errors)")
                #expect(relay.changes == "010")
                try box.card.keptUp()
                let heard = try #require(box.card.heard)
                let end = heard.audible.upperBound
                #expect(end < 55 * 48_000)
                // Of the fade, 20 ms, a twentieth is left in its last one; a tone that is cut off is louder in any millisecond.
                let before = (end - 3840..<end - 1920).map(heard.peak).max() ?? 0
                let last = (end - 48..<end).map(heard.peak).max() ?? 0
                #expect(before > 2000 && last < before / 8, "\(before), and at the end \(last)")
            }
        }

        @Test func `a self-test that is broken off leaves the amplifier off`() async throws {
            let folder = try TemporaryFolder()
            let relay = try folder.write("0\n", to: "relay")
            // So long that it is broken off before its sweep, however busy the machine is.
            let box = try NodeBox(alone: "  warmUp: 10\namplifier:\n  file: \(relay)")
            @Sendable func reads(_ text: String) -> Bool {
                (try? String(contentsOfFile: relay, encoding: .utf8)) == text
            }
            let child = try box.begin(["self-test"])
            #expect(try await FileWatch.wait(for: relay, until: { reads("1\n") }), "\(child.errors)")
            child.signal(SIGINT)
            #expect(await child.wait() == .exited(130), "\(child.errors)")
            #expect(reads("0\n"))
        }

        @Test func `a card that is muted or turned down is told, with what turns it up`() async throws {
            let box = try NodeBox(alone: "")
            let workshop = try Workshop()
            let file = try await workshop.noise("file", seconds: 0.3, rate: 48_000)
            let loud = try await box.check().output
            #expect(!loud.contains("volume"), "\(loud)")
            try box.card.turn(to: "0 0")
            let words =
                "Master is muted, at -47.25 dB: little or nothing is heard of what goes through it. "
                + "`amixer -D speaker sset 'Master' 0dB unmute`"
            let checked = try await box.check().output
            #expect(checked.contains("look  volume   \(words)"), "\(checked)")
            let played = try await box.run("play", file)
            #expect(played.ending == .exited(0))
            #expect(played.errors.contains("Warning: \(words)"), "\(played.errors)")
            #expect(try box.card.levels == "0 0")
            // −20.25 dB, and −19.5 dB.
            try box.card.turn(to: "36 1")
            #expect(try await box.check().output.contains("Master is at -20.25 dB: "))
            try box.card.turn(to: "37 0")
            #expect(try await box.check().output.contains("sset 'Master' 0dB unmute`"))
            try box.card.turn(to: "37 1")
            #expect(try await !box.check().output.contains("volume"))
        }

        @Test func `the volume that the node turns itself may be down`() async throws {
            let (box, _) = try box()
            let checked = try await box.check().output
            #expect(checked.contains("ok    volume   Master: -47.25 to 0.0 dB, now -47.25 dB"), "\(checked)")
            #expect(!checked.contains("look  volume"), "\(checked)")
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
