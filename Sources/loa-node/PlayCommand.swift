import ArgumentParser
import NodeServices

struct PlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Plays MP3 files on this box, without controller: do device, amplifier and horn work?",
        discussion: """
            The amplifier is switched and the card's volume set as the node does it: all of it at 0 dB. \
            Ctrl-C ends it at any time, with the amplifier off.
            """)

    @Argument(help: "MP3 files, played one after the other.")
    var files: [String]

    @OptionGroup var options: OutputOptions

    func run() async throws {
        let (_, output) = try await options.settings()
        let (outcomes, faults) = try await Interruption.cancelling { [files] in
            try await LocalPlayback(on: output).play(files) { print(Self.line($0)) }
        }
        for fault in faults { OutputOptions.say(fault) }
        if outcomes.count < files.count || outcomes.contains(where: { $0.problem != nil }) || !faults.isEmpty {
            throw ExitCode(1)
        }
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
