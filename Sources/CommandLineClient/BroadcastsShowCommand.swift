import ArgumentParser
import Broadcasting
import ControllerAPI

/// `loa broadcasts show`
struct BroadcastsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what became of a broadcast on each node.",
        discussion: """
            HEARD is the part whose frames left the node's sound device, as the device counted them. \
            START ERROR is positive where the first frame came late.
            """)

    @Argument(help: ArgumentHelp("The broadcast's id.", valueName: "id"), transform: Arguments.broadcast)
    var id: BroadcastID

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let report = try await ControllerClient(common).report(id)
        if common.json { return try console.show(json: report) }
        try console.show(BroadcastView.lines(report, zone: zone, width: console.outputWidth))
    }
}
