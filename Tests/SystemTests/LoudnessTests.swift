import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import Testing

extension SystemSuite {
    /// From the file as people send it to the loudspeaker: uploaded, measured and signed by the controller, played by the node, and what its
    /// card was given measured by ffmpeg.
    @Suite struct LoudnessTests {
        /// A recording that somebody uploads.
        struct Recording: Sendable, CustomStringConvertible {
            /// LUFS.
            var loudness: Double
            /// What sox makes it of; nil for a voice.
            var synthesis: String?

            var description: String { "\(synthesis ?? "voice") at \(loudness) LUFS" }
        }

        /// Two voices, noises, tones, and music of a kind.
        static let recordings = [
            Recording(loudness: -35), Recording(loudness: -31, synthesis: "pinknoise"), Recording(loudness: -28),
            Recording(loudness: -25, synthesis: "sine 440"), Recording(loudness: -22, synthesis: "brownnoise"),
            Recording(loudness: -19), Recording(loudness: -16, synthesis: "pluck E3 tremolo 3 60"),
            Recording(loudness: -13, synthesis: "pinknoise"), Recording(loudness: -10, synthesis: "sine 300-2000"),
            Recording(loudness: -6, synthesis: "square 220"),
        ]

        @Test func `ten files from -35 to -6 LUFS sound at -16 LUFS, and no true peak is above -1 dBTP`() async throws {
            // All at once, each at a loudspeaker of its own.
            let names = Self.recordings.indices.map { "n\($0)" }
            try await Village.run(nodes: names, rate: 48_000) { village in
                try await withThrowingTaskGroup { group in
                    for (recording, node) in zip(Self.recordings, village.nodes) {
                        group.addTask { try await Self.sound(recording, on: node, of: village) }
                    }
                    try await group.waitForAll()
                }
            }
        }

        /// Broadcasts a recording to one node, and measures what its card played.
        private static func sound(_ recording: Recording, on node: NodeBox, of village: Village) async throws {
            let path = try await village.workshop.upload(recording, name: "\(node.id)")
            let audio = try await village.loa(AudioItem.self, "audio", "add", path)
            // What is asked for is there: the test would show nothing of files that are all alike.
            #expect(abs(try #require(audio.loudness) - recording.loudness) < 1, "\(recording): \(audio)")
            let item = try await village.loa(BroadcastItem.self, "broadcast", path, "--to", "node.\(node.id)")
            #expect(item.broadcast.audio == [audio.reference])
            #expect(try await village.wait(for: item.id).outcome == "finished", "\(recording)")

            let told = try await village.journal(of: node).playbacks(of: item.broadcast.cue)
            let started = try #require(told.first { $0.kind == .started })
            #expect(started.gains?.content == [audio.gain] && started.gain == 0, "\(recording): \(started)")
            #expect(node.card.framesHeard >= Int(try #require(told.last?.framesDue)), "\(recording)")
            let heard = try await node.card.loudness
            #expect(abs(heard.integrated + 16) <= 0.5, "\(recording): \(heard.integrated) LUFS")
            let peak = try #require(heard.truePeak)
            #expect(peak <= -1, "\(recording): \(peak) dBTP")
        }
    }
}

extension Workshop {
    /// Makes an MP3 of some four seconds, as loud as ffmpeg's meter finds what is asked for.
    fileprivate func upload(_ recording: SystemSuite.LoudnessTests.Recording, name: String) async throws -> String {
        let wav = path("\(name).wav")
        if let synthesis = recording.synthesis {
            let effects = ["synth", "4"] + synthesis.split(separator: " ").map(String.init) + ["gain", "-12"]
            try await Tool.run("sox", ["-R", "-G", "-n", "-r", "44100", "-c", "1", "-b", "24", wav] + effects)
        } else {
            let words = "Thông báo: chiều nay có mưa to, bà con chú ý đưa gia súc lên cao"
            try await Tool.run("espeak-ng", "-v", "vi", "-s", "160", "-w", path("\(name).22050.wav"), words)
            try await Tool.run("sox", "-G", path("\(name).22050.wav"), "-r", "44100", "-b", "24", wav)
        }
        // One channel sounds from two loudspeakers.
        let found = try await LoudnessFound(wav: wav, filter: "ebur128=dualmono=true").integrated
        let levelled = path("\(name).levelled.wav")
        try await Tool.run("sox", "-G", wav, "-b", "24", levelled, "gain", "\(recording.loudness - found)")
        try await Tool.run("lame", "--quiet", "-b", "192", "-m", "m", levelled, path("\(name).mp3"))
        return path("\(name).mp3")
    }
}
