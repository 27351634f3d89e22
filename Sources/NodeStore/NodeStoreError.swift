/// A step of the store that failed, with SQLite's own words.
public struct NodeStoreError: Error, Sendable, CustomStringConvertible {
    public enum Step: String, Sendable {
        case open, read, write
    }

    public let step: Step
    public let description: String
    /// Whether the disk is full.
    public let isDiskFull: Bool

    init(_ step: Step, path: String, _ error: any Error) {
        self.step = step
        description = "\(step.rawValue) \(path): \(error)"
        isDiskFull = (error as? SQLiteError)?.isDiskFull ?? false
    }
}
