import BroadcastTesting
import Foundation

/// Makes audio for a test, in a folder of its own, with the tools that broadcasters have: sox, lame, espeak-ng.
final class Workshop: Sendable {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "loa-workshop") }

    func path(_ name: String) -> String { folder.file(name) }

    /// An MP3 of noise that never repeats itself, so that a frame which is lost, doubled or moved shows; another for each name.
    ///
    /// - Parameters:
    ///   - seconds: its length before the encoder.
    ///   - options: further options of lame.
    func noise(
        _ name: String, seconds: Double, rate: Int = 44_100, channels: Int = 2, options: [String] = []
    ) async throws -> String {
        try Self.wave(seconds: seconds, rate: rate, channels: channels, seed: Self.seed(of: name))
            .write(to: URL(filePath: path("\(name).wav")))
        return try await encode(name, options: options)
    }

    /// A seed that is the same in each run, and another for each name (FNV-1a).
    private static func seed(of name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// A WAV file of noise without its highest frequencies, which encoders drop, and quiet enough for two to sound at once.
    private static func wave(seconds: Double, rate: Int, channels: Int, seed: UInt64) -> Data {
        var state = seed
        var smooth = [Double](repeating: 0, count: channels)
        var samples: [UInt8] = []
        for index in 0..<Int(seconds * Double(rate)) * channels {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let white = Double(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
            smooth[index % channels] += (white - smooth[index % channels]) * 0.4
            let sample = UInt16(bitPattern: Int16(smooth[index % channels] * 8000))
            samples += [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let format = little(1, 2) + little(channels, 2) + little(rate, 4) + little(rate * channels * 2, 4)
        let head = Array("RIFF".utf8) + little(samples.count + 36, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
        return Data(
            head + format + little(channels * 2, 2) + little(16, 2) + Array("data".utf8) + little(samples.count, 4)
                + samples)
    }

    /// An MP3 of a tone in two channels, with 16,000 bytes a second and no tag, as a station sends it.
    func tone(_ frequency: Int, seconds: Double, rate: Int = 44_100, gain: Int = -12) async throws -> String {
        let name = "\(frequency)-\(rate)-\(gain)"
        try await Tool.run(
            "sox", "-R", "-n", "-r", "\(rate)", "-c", "2", path("\(name).wav"), "synth", "\(seconds)", "sine",
            "\(frequency)", "gain", "\(gain)")
        return try await encode(name, options: ["-t", "-b", "128"])
    }

    /// An MP3 of a Vietnamese announcement.
    func speech(_ name: String, _ words: String, rate: Int = 22_050, options: [String] = []) async throws -> String {
        try await Tool.run("espeak-ng", "-v", "vi", "-w", path("\(name).22050.wav"), words)
        try await Tool.run(
            "sox", path("\(name).22050.wav"), "-r", "\(rate)", path("\(name).wav"), "norm", "-9")
        return try await encode(name, options: options)
    }

    private func encode(_ name: String, options: [String]) async throws -> String {
        try await Tool.run(
            "lame", ["--quiet", "--noreplaygain"] + options + [path("\(name).wav"), path("\(name).mp3")])
        return path("\(name).mp3")
    }

    /// A picture such as phones put into their recordings.
    func cover() throws -> String {
        // The smallest PNG there is, and then some: players look at its head only.
        var bytes = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13])
        bytes += Data("IHDR".utf8) + Data([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55])
        // Bytes that look like the head of an MPEG frame, to lead astray who does not skip the tag.
        bytes += Data(repeating: 0xFF, count: 20_000) + Data([0xFF, 0xFB, 0x90, 0x64])
        let path = path("cover.png")
        try bytes.write(to: URL(filePath: path))
        return path
    }

    /// Writes bytes as a file.
    func write(_ bytes: Data, to name: String) throws -> String {
        try bytes.write(to: URL(filePath: path(name)))
        return path(name)
    }

    /// What mpg123 makes of an MP3, in so many channels; at another rate as sox resamples it.
    func decoded(_ mp3: String, rate: Int, channels: Int = 2) async throws -> Sound {
        let wav = path("\(UUID().uuidString).wav")
        try await Tool.run("mpg123", "-q", channels == 2 ? "--stereo" : "--mono", "-w", wav, mp3)
        let sound = try Sound(wav: wav)
        guard sound.rate != rate else { return sound }
        let resampled = path("\(UUID().uuidString).wav")
        try await Tool.run("sox", "-D", wav, resampled, "rate", "-v", "\(rate)")
        return try Sound(wav: resampled)
    }
}
