import ArgumentParser

/// `loa halt`
struct HaltCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "halt", abstract: "Silence a scope until the halt is lifted.",
        usage: """
            loa halt <scope> [--with-emergencies] [--reason <reason>]
            loa halt lift <scope>
            """,
        subcommands: [HaltSetCommand.self, HaltLiftCommand.self, HaltListCommand.self],
        defaultSubcommand: HaltSetCommand.self)
}
