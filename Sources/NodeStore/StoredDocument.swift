public import Broadcasting
public import FoundationEssentials

/// An accepted document as it came: to be verified again when the program starts.
public struct StoredDocument: Hashable, Sendable {
    public var topic: String
    public var revision: Revision
    /// The JWS in compact form.
    public var compact: Data

    public init(topic: String, revision: Revision, compact: Data) {
        self.topic = topic
        self.revision = revision
        self.compact = compact
    }
}

/// A journal record as it is stored and sent.
public struct StoredRecord: Hashable, Sendable {
    public var sequence: Int64
    /// The `JournalRecord` in JSON.
    public var json: Data
}

/// When and under what clock a record is written.
public struct JournalStamp: Hashable, Sendable {
    public var at: Timestamp
    /// Nanoseconds of CLOCK_BOOTTIME.
    public var monotonic: Int64
    public var boot: String
    public var clockTrusted: Bool

    public init(at: Timestamp, monotonic: Int64, boot: String, clockTrusted: Bool) {
        self.at = at
        self.monotonic = monotonic
        self.boot = boot
        self.clockTrusted = clockTrusted
    }
}
