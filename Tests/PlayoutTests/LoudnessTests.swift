import Foundation
import LoudnessMeasurement
import MP3Decoding
import TestThreads
import Testing

@testable import Playout

/// From the file as people send it to the loudspeaker: measured as the controller does, played as the node does, measured as ffmpeg does.
@Suite(.ownThread) struct LoudnessTests {
    /// Files from −35 to −6 LUFS: two voices, noises, tones, and music of a kind. `{gain}` is filled in.
    private static let files: [(loudness: Double, sox: String)] = [
        (-35, "espeak"), (-31, "synth 4 pinknoise"), (-28, "espeak"), (-25, "synth 4 sine 440"),
        (-22, "synth 4 brownnoise"), (-19, "espeak"), (-16, "synth 4 pluck E3 tremolo 3 60"),
        (-13, "synth 4 pinknoise"),
        (-10, "synth 4 sine 300-2000"), (-6, "synth 4 square 220"),
    ]

    @Test func `ten files from -35 to -6 LUFS sound at -16 LUFS, and no true peak is above -1 dBTP`() async throws {
        let stage = try Stage("rates 48000\nchannels 2")
        var segments: [PlayoutSegment] = []
        for (number, file) in Self.files.enumerated() {
            try make(file, "f\(number)", on: stage)
            let path = stage.path("f\(number).mp3")
            let loudness = try measure(path)
            // What is asked for is there: the test would show nothing of files that are all alike.
            #expect(abs(try #require(loudness.integrated) - file.loudness) < 1, "\(file): \(loudness)")
            segments.append(.file(path: path, gain: loudness.gain()))
        }
        // All at once: as many players on as many cards.
        try await withThrowingTaskGroup { group in
            for (segment, file) in zip(segments, Self.files) {
                group.addTask {
                    let (integrated, peak) = try await Self.play(segment)
                    #expect(abs(integrated + 16) <= 0.5, "\(file): \(integrated) LUFS")
                    #expect(peak <= -1, "\(file): \(peak) dBTP")
                }
            }
            try await group.waitForAll()
        }
    }

    /// Plays a file alone on a card of its own. Returns the integrated loudness and the true peak of what was heard.
    private static func play(_ segment: PlayoutSegment) async throws -> (integrated: Double, peak: Double) {
        let stage = try Stage("rates 48000\nchannels 2")
        try await stage.play { player, events in
            player.load(VoiceRequest(id: VoiceID(1), segments: [segment]))
            player.start(VoiceID(1), at: .now)
            #expect(await events.end(of: VoiceID(1))?.completion == .finished)
        }
        try stage.run("ffmpeg -nostdin -i heard.wav -af ebur128=peak=true -f null - 2> heard.txt")
        let text = try String(contentsOfFile: stage.path("heard.txt"), encoding: .utf8)
        let summary = text[try #require(text.range(of: "Summary:")).upperBound...]
        func figure(_ name: String) throws -> Double {
            let line = try #require(summary.split(separator: "\n").first { $0.contains(name) })
            return try #require(line.split(separator: " ").compactMap { Double($0) }.first)
        }
        return (try figure("I:"), try figure("Peak:"))
    }

    /// Makes an MP3 of the loudness that is asked for, as ffmpeg's loudness meter finds it.
    private func make(_ file: (loudness: Double, sox: String), _ name: String, on stage: Stage) throws {
        let source =
            file.sox == "espeak"
            ? "espeak-ng -v vi -s 160 -w \(name).raw.wav 'Thông báo: chiều nay có mưa to, bà con chú ý đưa gia súc lên cao' && "
                + "sox -G \(name).raw.wav -r 44100 -b 24 \(name).wav"
            : "sox -R -G -n -r 44100 -c 1 -b 24 \(name).wav \(file.sox) gain -12"
        try stage.run(
            """
            \(source) && have=$(ffmpeg -nostdin -i \(name).wav -af ebur128=dualmono=true -f null - 2>&1 | \
            sed -n 's/^ *I: *\\(-[0-9.]*\\) LUFS/\\1/p' | tail -1) && \
            sox -G \(name).wav -b 24 \(name).2.wav gain $(awk "BEGIN { print \(file.loudness) - $have }") && \
            lame --quiet -b 192 -m m \(name).2.wav \(name).mp3
            """)
    }

    private func measure(_ path: String) throws -> Loudness {
        var meter: LoudnessMeter?
        _ = try MP3Inspection(path: path) { samples, format in
            if meter == nil { meter = try LoudnessMeter(sampleRate: format.sampleRate, channels: format.channels) }
            try meter?.add(samples)
        }
        return try #require(try meter?.measure())
    }
}
