/// Why the controller cannot start, in plain words for its operator.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init(text: String) { self.text = text }

    public var description: String { text }
}
