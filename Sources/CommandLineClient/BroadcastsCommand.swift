import ArgumentParser

/// `loa broadcasts`
struct BroadcastsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broadcasts", abstract: "What was broadcast, and what became of it.",
        subcommands: [
            BroadcastsListCommand.self, BroadcastsShowCommand.self, BroadcastsWaitCommand.self,
            BroadcastsCancelCommand.self,
        ],
        defaultSubcommand: BroadcastsListCommand.self)
}
