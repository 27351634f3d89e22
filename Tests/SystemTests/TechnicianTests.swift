import BroadcastTesting
import Foundation
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
            #expect(child.output.isEmpty)
            withExtendedLifetime(workshop) {}
        }
    }
}
