import ArgumentParser
import Glibc
import NodeServices

/// What every command takes that plays on this box.
struct OutputOptions: ParsableArguments {
    @Option(
        help: """
            The node's settings file, for sound card, volume and amplifier. \
            [default: \(NodeOptions.usualPath), where there is one]
            """)
    var config: String?

    @Option(
        help: """
            The ALSA device instead of device.name, as `loa-node devices` lists them; its own volume is left alone. \
            [default without settings: default]
            """)
    var device: String?

    @Option(help: "Hz that the device is asked for instead of device.rate. [default without settings: 48000]")
    var rate: Int?

    func validate() throws {
        if let rate, !NodeConfiguration.rates.contains(rate) {
            throw ValidationError("--rate lies between 8000 and 192000 Hz")
        }
    }

    /// The box's settings, and what is played on. Which settings these are, and whether the card is muted or turned down, is said on the
    /// standard error.
    func settings() async throws -> (settings: NodeConfiguration?, output: LocalOutput) {
        let found = try await found()
        if let doubt = found.output.volumeDoubt { Self.say("Warning: \(doubt)") }
        return found
    }

    private func found() async throws -> (settings: NodeConfiguration?, output: LocalOutput) {
        let path = config ?? NodeOptions.usualPath
        // A file that is there and may not be read is an error, lest the amplifier stay off unnoticed.
        guard unsafe config != nil || access(path, F_OK) == 0 || errno != ENOENT else {
            Self.say("no settings in \(path): amplifier and volume are left as they are")
            return (nil, LocalOutput(device: device, rate: rate))
        }
        let settings = try await NodeOptions.configuration(at: path)
        Self.say("settings of \(path)")
        return (settings, LocalOutput(settings, device: device, rate: rate))
    }

    /// Says a line to the person before the box, apart from what the command is asked for.
    static func say(_ line: String) {
        var text = line + "\n"
        _ = text.withUTF8 { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
