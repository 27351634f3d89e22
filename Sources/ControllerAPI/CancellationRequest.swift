/// A recall (thu hồi): why the broadcast is called off.
public struct CancellationRequest: Hashable, Codable, Sendable {
    public var reason: String

    public init(reason: String) { self.reason = reason }
}
