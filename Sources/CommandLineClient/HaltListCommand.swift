import ArgumentParser
import ControllerAPI

/// `loa halt list`
struct HaltListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the scopes that are halted.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let list = try await ControllerClient(common).halts()
        if common.json { return try console.show(json: list) }
        try console.show(HaltView.table(list.items, zone: zone).lines(width: console.outputWidth))
    }
}
