import ArgumentParser
import ControllerAPI

/// `loa audio list`
struct AudioListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the library, newest first.")

    @OptionGroup var page: PageOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let list = try await ControllerClient(common).audio(limit: page.limit)
        if common.json { return try console.show(json: list) }
        try console.show(AudioView.table(list.items, zone: zone).lines(width: console.outputWidth))
        if list.items.isEmpty { console.note("The library is empty: loa audio add FILE") }
    }
}
