import ArgumentParser

/// `loa audio add`
struct AudioAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Upload an MP3 file to the library.",
        discussion: """
            The controller decodes the whole file, measures its loudness, and keeps it under its SHA-256. \
            A file that is there already is not stored twice.
            """)

    @Argument(help: ArgumentHelp("The MP3 file.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp("Its title (default: the controller's choice from the file's name).", valueName: "title"))
    var title: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let client = try ControllerClient(common)
        let item = try await client.add(try LocalFile(file), title: title, console: console)
        if common.json { return try console.show(json: item) }
        try console.show(AudioView.lines(item))
    }
}
