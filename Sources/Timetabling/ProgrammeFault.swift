/// What is wrong with a field of a programme, and what is allowed.
public struct ProgrammeFault: Hashable, Sendable {
    /// The path within the programme, as `blocks[2].relay.url`.
    public var field: String
    public var text: String

    public init(_ field: String, _ text: String) {
        self.field = field
        self.text = text
    }
}
