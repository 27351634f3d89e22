import BroadcastTesting
import Foundation

/// A virtual sound card for one node: what it can, and what was heard of it.
final class SoundCard: Sendable {
    /// Kept by the node's folder.
    private let folder: TemporaryFolder
    let rate: Int

    /// A line of the card's segments file.
    struct Segment: Decodable, Sendable {
        var file: String
        var first: Int
        var frames: Int
        var realtimeNanoseconds: Int64
        var monotonicNanoseconds: Int64
        var rate: Int
        var ppm: Double
        var ended: String

        enum CodingKeys: String, CodingKey {
            case file, first, frames, rate, ppm, ended
            case realtimeNanoseconds = "realtime_ns"
            case monotonicNanoseconds = "monotonic_ns"
        }

        /// The monotonic instant at which its last frame had been heard, in nanoseconds.
        var end: Int64 { monotonicNanoseconds + Int64(Double(frames) * 1e9 / (Double(rate) * (1 + ppm * 1e-6))) }

        /// The instant at which frame `number` of the segment began to be heard, in nanoseconds of wall time.
        func instant(of number: Int) -> Int64 {
            realtimeNanoseconds + Int64(Double(number) * 1e9 / (Double(rate) * (1 + ppm * 1e-6)))
        }
    }

    /// Makes a card that knows the rate `rate` alone, and whose clock is `speed` times as fast as the wall's. Its microphone hears what it
    /// plays `distance` dB softer, 50 ms later, in noise of −50 dBFS. It has a mixer with the element `Master`.
    init(in folder: TemporaryFolder, rate: Int, channels: Int = 2, speed: Double = 1, distance: Int = 20) throws {
        self.folder = folder
        self.rate = rate
        try folder.write(
            """
            pcm_type.loa { lib "\(Programs.soundCard)" }
            ctl_type.loa { lib "\(Programs.soundCard)" }
            ctl.speaker { type loa levels "\(folder.file("levels"))" }
            pcm.plain { type rate slave { pcm "speaker" rate \(rate) } }
            pcm.speaker {
                type loa
                name "speaker"
                recording "\(folder.file("heard.wav"))"
                control "\(folder.file("control"))"
                rates \(rate)
                channels \(channels)
                ppm \(Int((speed - 1) * 1e6))
                microphone_delay 50
                microphone_gain -\(distance)
                microphone_noise -50
                hint { show on description "the card on the pole" }
            }

            """, to: "asoundrc")
    }

    /// What a program needs in its environment to find the card under the name `speaker`, and under `plain` as one that takes nothing back.
    var environment: [String: String] { ["ALSA_CONFIG_PATH": folder.file("asoundrc")] }

    /// All that was heard so far; nil when nothing was.
    var heard: Sound? { try? Sound(wav: folder.file("heard.wav")) }

    /// How many frames were heard so far.
    var framesHeard: Int { (try? segments())?.last.map { $0.first + $0.frames } ?? 0 }

    func segments() throws -> [Segment] {
        guard let text = try? String(contentsOfFile: folder.file("heard.wav.segments"), encoding: .utf8) else {
            return []
        }
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Segment.self, from: Data($0.utf8)) }
    }

    /// The instant at which frame `number` of the recording began to be heard, in nanoseconds of wall time.
    func instant(of number: Int) throws -> Int64? {
        try segments().last { $0.first <= number }.map { $0.instant(of: number - $0.first) }
    }

    /// Waits until so many frames have been heard in all.
    func hears(_ frames: Int, within patience: Duration = .seconds(20)) async throws {
        guard
            try await FileWatch.wait(
                for: folder.file("heard.wav.segments"), within: patience, until: { self.framesHeard >= frames })
        else {
            throw Sound.Malformed(description: "\(frames) frames were not heard within \(patience), but \(framesHeard)")
        }
    }

    /// How loud all is that was heard.
    var loudness: LoudnessFound {
        get async throws { try await LoudnessFound(wav: folder.file("heard.wav"), filter: "ebur128=peak=true") }
    }

    /// The card's own volume, in steps of 0.75 dB up to 63, and whether it is on: `63 1`.
    var levels: String {
        get throws {
            try String(contentsOfFile: folder.file("levels"), encoding: .utf8).trimmingCharacters(in: .newlines)
        }
    }

    /// Has somebody turn the card's own volume.
    func turn(to levels: String) throws { try folder.write(levels, to: "levels") }

    /// - Throws: `SlowMachine` when the card ran dry, so that nothing can be said of what was heard. Where nobody takes the processor away
    ///   none does: after as many tries as `Patience` has, it counts.
    func keptUp() throws {
        let count = try segments().count { $0.ended.trimmingCharacters(in: .whitespaces) == "xrun" }
        guard count == 0 else { throw SlowMachine("the card ran dry \(count) times") }
    }

    /// Takes the card away, or brings it back.
    func set(present: Bool) throws { try say(present ? "present" : "lost") }

    /// Orders what happens to the card, in lines of its control file.
    func say(_ lines: String) throws { try folder.write(lines + "\n", to: "control") }
}
