public import Broadcasting

/// A scope that is halted.
public struct HaltItem: Hashable, Codable, Sendable {
    public var scope: Scope
    public var halt: Halt

    public init(scope: Scope, halt: Halt) {
        self.scope = scope
        self.halt = halt
    }
}
