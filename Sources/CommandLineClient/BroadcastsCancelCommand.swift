import ArgumentParser
import Broadcasting

/// `loa broadcasts cancel`
struct BroadcastsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Recall a broadcast: it falls silent and does not start again.")

    @Argument(help: ArgumentHelp("The broadcast's id.", valueName: "id"), transform: Arguments.broadcast)
    var id: BroadcastID

    @Option(help: ArgumentHelp("Why it is recalled; kept with it.", valueName: "reason"))
    var reason: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let item = try await ControllerClient(common).cancel(id, reason: reason)
        if common.json { return try console.show(json: item) }
        try console.show(BroadcastView.lines(item, zone: zone))
    }
}
