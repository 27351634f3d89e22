import ArgumentParser
import Broadcasting

/// `loa nodes show`
struct NodesShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what a node was told, and how it is.")

    @Argument(help: ArgumentHelp("The node's id.", valueName: "id"), transform: Arguments.node)
    var id: NodeID

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let node = try await ControllerClient(common).node(id)
        if common.json { return try console.show(json: node) }
        try console.show(NodeView.lines(node, zone: zone))
    }
}
