import ArgumentParser

/// `loa audio`
struct AudioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audio", abstract: "The audio library.",
        subcommands: [AudioAddCommand.self, AudioListCommand.self])
}
