import ArgumentParser
import ControllerAPI

/// `loa watch`
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Tell what happens, as it happens, until interrupted.",
        discussion: """
            A connection that breaks off is made again; what happened in between is not told, and a line says so.
            With --json each event is one JSON value on a line of its own.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let client = try ControllerClient(common)
        var pause = 1
        var wasConnected = false
        while true {
            let words: String
            do {
                try await client.events { event in
                    wasConnected = true
                    pause = 1
                    guard event.kind != .alive else { return }
                    if common.json {
                        try console.show(json: event)
                    } else {
                        try console.show(EventView.line(event, zone: zone))
                    }
                }
                words = "the controller ended the stream"
            } catch ClientError.unreachable(let reason) where wasConnected {
                words = reason
            }
            console.note("loa: \(words.printable); connecting again in \(pause) s. Events in between are not told")
            try await Task.sleep(for: .seconds(pause))
            pause = min(pause * 2, 30)
        }
    }
}
