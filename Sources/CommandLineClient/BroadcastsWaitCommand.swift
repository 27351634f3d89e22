import ArgumentParser
import Broadcasting
import ControllerAPI

/// `loa broadcasts wait`
struct BroadcastsWaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until every node has told how a broadcast ended.",
        discussion: """
            Ends with status 0 when every occurrence finished on every node, with 1 when all have ended and some otherwise (or no \
            node was meant), and with 2 when the time-out came first. A controller that cannot be reached meanwhile is asked again \
            until then.
            With --json the value is {"outcome": "finished" | "otherwise" | "timeout", "report": …}, the report as loa broadcasts show gives it.
            """)

    @Argument(help: ArgumentHelp("The broadcast's id.", valueName: "id"), transform: Arguments.broadcast)
    var id: BroadcastID

    @Option(
        help: ArgumentHelp("How long to wait at the most (default: 10m).", valueName: "duration"),
        transform: { try WrittenDuration($0) })
    var timeout = WrittenDuration(seconds: 600)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let client = try ControllerClient(common)
        let wait = BroadcastWait(
            timeout: .seconds(timeout.seconds), report: { try await client.report(id) },
            progress: {
                console.status(BroadcastView.progressText($0.item.progress).truncated(to: console.errorWidth - 1))
            },
            trouble: { console.note("loa: \($0); asking again") })
        let result: BroadcastWait.Result
        do {
            result = try await wait.result(clock: ContinuousClock())
        } catch {
            console.clearStatus()
            throw error
        }
        console.clearStatus()
        if common.json {
            try console.show(json: result)
        } else {
            try console.show(BroadcastView.lines(result.report, zone: zone, width: console.outputWidth))
            console.note(result.outcome.words)
        }
        if result.outcome != .finished { throw ExitCode(result.outcome.exitStatus) }
    }
}
