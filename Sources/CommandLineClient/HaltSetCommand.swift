import ArgumentParser
import Broadcasting
import ControllerAPI

/// `loa halt SCOPE`
struct HaltSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Silence a scope at once, until the halt is lifted.",
        discussion:
            "Nobody is asked. It survives a reboot of the nodes. Emergencies sound nevertheless, unless --with-emergencies."
    )

    @Argument(help: ArgumentHelp("The scope.", valueName: "scope"), transform: Arguments.scope)
    var scope: Scope

    @Flag(help: "Silence emergencies too.")
    var withEmergencies = false

    @Option(help: ArgumentHelp("Why; kept with the halt.", valueName: "reason"))
    var reason: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let request = HaltRequest(emergencies: withEmergencies, reason: reason)
        let item = try await ControllerClient(common).halt(scope, request)
        if common.json { return try console.show(json: item) }
        let emergencies = item.halt.emergencies ? "emergencies too" : "emergencies still sound"
        try console.show("\(item.scope) is halted (\(emergencies)) until: loa halt lift \(item.scope)")
    }
}
