import ArgumentParser

/// A call of a broadcast that a schedule file has drawn up, as a person writes it: `NAME@TIME`.
struct WrittenCall: Hashable, Sendable {
    let name: String
    let time: WrittenTime

    /// - Throws: `ValidationError`, which says what is wrong and what to write.
    init(_ text: String) throws {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw ValidationError(
                "'\(text)' is no call: write NAME@TIME, as lu-khan-cap@02:30 or 'lu-khan-cap@24/11/2026 02:30'")
        }
        name = parts[0]
        time = try WrittenTime(parts[1])
    }
}
