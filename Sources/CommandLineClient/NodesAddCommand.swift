import ArgumentParser
import Broadcasting
import ControllerAPI

/// `loa nodes add`
struct NodesAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a node, and print its settings file.",
        discussion: """
            Standard output gets the file in YAML and nothing else: loa nodes add cl-01 --scopes commune.cam-giang > cl-01.yaml
            It holds the node's password, which is told this once. With --json the value is what the controller answered.
            """)

    @Argument(
        help: ArgumentHelp("The node's id: 1 to 64 of A-Z a-z 0-9 - _.", valueName: "id"), transform: Arguments.node)
    var id: NodeID

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("The scopes that it obeys beside its own.", valueName: "scope"),
        transform: Arguments.scope)
    var scopes: [Scope]

    @Option(help: ArgumentHelp("Its title, as people call the place.", valueName: "title"))
    var title: String?

    @Option(help: ArgumentHelp("The zone that the node lives by (default: the controller's).", valueName: "zone"))
    var nodeZone: String?

    @Flag(name: .customLong("mqtt-3"), help: "Let the node speak MQTT 3.1.1, for a broker that has nothing newer.")
    var olderProtocol = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let request = NodeRequest(id: id, title: title, scopes: scopes, timeZone: nodeZone)
        let credentials = try await ControllerClient(common).addNode(request)
        if common.json { return try console.show(json: credentials) }
        try console.show(NodeSettingsFile(credentials: credentials, olderProtocol: olderProtocol).text)
    }
}
