import ArgumentParser
import Broadcasting
import ControllerAPI

/// `loa schedule log`
struct ScheduleLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show what became of the programmes on the nodes, the latest first.",
        discussion: """
            loa schedule log --node cl-01 --limit 20
            loa schedule log --programme buoi-phat --json
            """)

    @Option(help: ArgumentHelp("Only of this node.", valueName: "id"), transform: Arguments.node)
    var node: NodeID?

    @Option(help: ArgumentHelp("Only of this programme.", valueName: "name"), transform: Arguments.programme)
    var programme: ProgrammeID?

    @OptionGroup var page: PageOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let list = try await ControllerClient(common).programmePlaybacks(
            node: node, programme: programme, limit: page.limit)
        if common.json { return try console.show(json: list) }
        try console.show(ScheduleView.table(list.items, zone: zone).lines(width: console.outputWidth))
    }
}
