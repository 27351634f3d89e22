/// Names one programme of a schedule.
public struct ProgrammeID: Identifier {
    public let rawValue: String

    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
