import ArgumentParser

/// `loa nodes`
struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "The nodes, and how they are.",
        subcommands: [
            NodesListCommand.self, NodesAddCommand.self, NodesSetCommand.self, NodesShowCommand.self,
        ],
        defaultSubcommand: NodesListCommand.self)
}
