import ArgumentParser
import ControllerAPI

/// `loa nodes`, without more
struct NodesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the nodes: state, what plays, volume, clock, last word.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let list = try await ControllerClient(common).nodes()
        if common.json { return try console.show(json: list) }
        try console.show(NodeView.table(list.items, zone: zone, now: .now).lines(width: console.outputWidth))
        if list.items.isEmpty { console.note("There is no node yet: loa nodes add ID --scopes SCOPE") }
    }
}
