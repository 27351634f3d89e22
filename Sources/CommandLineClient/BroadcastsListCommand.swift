import ArgumentParser
import ControllerAPI

/// `loa broadcasts`, without more
struct BroadcastsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List broadcasts, newest first.")

    @OptionGroup var page: PageOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let list = try await ControllerClient(common).broadcasts(limit: page.limit)
        if common.json { return try console.show(json: list) }
        try console.show(BroadcastView.table(list.items, zone: zone).lines(width: console.outputWidth))
    }
}
