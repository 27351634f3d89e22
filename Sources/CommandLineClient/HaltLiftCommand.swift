import ArgumentParser
import Broadcasting

/// `loa halt lift SCOPE`
struct HaltLiftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift", abstract: "Lift the halt of a scope.",
        discussion: "With --json the value is {\"lifted\": SCOPE}.")

    @Argument(help: ArgumentHelp("The scope.", valueName: "scope"), transform: Arguments.scope)
    var scope: Scope

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        try await ControllerClient(common).liftHalt(scope)
        if common.json { return try console.show(json: ["lifted": scope]) }
        try console.show("The halt of \(scope) is lifted.")
    }
}
