import ArgumentParser

/// How much of a list is wanted.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many to list at the most, newest first.", valueName: "count"))
    var limit: Int?

    func validate() throws {
        guard limit ?? 1 > 0 else { throw ValidationError("--limit is at least 1") }
    }
}
