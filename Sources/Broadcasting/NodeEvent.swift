/// What happened to a node itself.
public struct NodeEvent: Hashable, Codable, Sendable {
    /// The kinds of node record, as they stand in a record's `kind`.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case booted, stopping, settingsApplied, documentAccepted, documentRefused
        case deviceLost, deviceRestored, xrun
        /// The machine slept while the device was open.
        case suspended
        /// The amplifier could not be switched or the card's own volume not be set, as the reason tells; and that it can again.
        case outputFault, outputRestored
        case clockTrusted, clockStepped
        case contentCorrupt, contentFailed
        case storageFault, halted, haltLifted
        /// A self-test was made; `selfTest` says what it found.
        case selfTested
    }

    public var kind: Kind
    /// The document concerned.
    public var topic: String?
    public var revision: Revision?
    /// How often it happened since the last record of it, where records are gathered.
    public var count: Int?
    /// Seconds: of a clock step, or that a device was away.
    public var seconds: Double?
    public var sha256: ContentHash?
    public var selfTest: SelfTestResult?
    public var reason: Reason?

    public init(_ kind: Kind, reason: Reason? = nil) {
        self.kind = kind
        self.reason = reason
    }
}
