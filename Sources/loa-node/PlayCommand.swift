import ArgumentParser
import NodeServices

struct PlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Plays MP3 files on this box, without controller: do device, amplifier and horn work?")

    @Argument(help: "MP3 files, played one after the other.")
    var files: [String]

    @Option(help: "The ALSA device, as `loa-node devices` lists them.")
    var device = "default"

    @Option(help: "Hz that the device is asked for.")
    var rate = 48_000

    func run() async throws {
        let outcomes = try await LocalPlayback(device: device, rate: rate).play(files) { print(Self.line($0)) }
        if outcomes.count < files.count || outcomes.contains(where: { $0.problem != nil }) { throw ExitCode(1) }
    }

    private static func line(_ outcome: LocalPlayback.Outcome) -> String {
        let seconds = "\((outcome.secondsHeard * 10).rounded() / 10) s"
        let peak = outcome.peak.isFinite ? ", loudest sample \((outcome.peak * 10).rounded() / 10) dBFS" : ""
        guard let problem = outcome.problem else { return "\(outcome.path): heard to the end, \(seconds)\(peak)" }
        return "\(outcome.path): \(problem); \(seconds) were heard\(peak)"
    }
}

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Lists the sound devices of this box, for device.name in the settings.")

    func run() throws {
        let names = LocalPlayback.devices()
        for name in names { print(name) }
        if names.isEmpty {
            throw LocalPlaybackError(description: "no sound device is there: look at the cable and at `aplay -l`")
        }
    }
}
