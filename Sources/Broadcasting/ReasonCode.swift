/// Why something ended, was refused or was missed: a stable word for programs, beside a text for people.
public struct ReasonCode: RawRepresentable<String>, Hashable, Codable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }

    // MARK: - Of a cue

    /// One of higher priority has the loudspeaker.
    public static let preempted = ReasonCode(rawValue: "preempted")
    /// A person recalled it.
    public static let cancelled = ReasonCode(rawValue: "cancelled")
    /// It is no longer in its scope's document.
    public static let withdrawn = ReasonCode(rawValue: "withdrawn")
    /// Its scope is halted.
    public static let halted = ReasonCode(rawValue: "halted")
    /// Its time was over before it could start.
    public static let expired = ReasonCode(rawValue: "expired")
    /// A later occurrence of the same broadcast became due before it could start.
    public static let superseded = ReasonCode(rawValue: "superseded")
    /// Quiet hours, in which only an emergency sounds.
    public static let quietHours = ReasonCode(rawValue: "quietHours")
    /// The node does not trust its clock.
    public static let clockUntrusted = ReasonCode(rawValue: "clockUntrusted")
    /// The clock jumped over it.
    public static let clockStepped = ReasonCode(rawValue: "clockStepped")
    /// The node was off when it was due.
    public static let nodeOff = ReasonCode(rawValue: "nodeOff")
    /// Its slot is over.
    public static let slotEnd = ReasonCode(rawValue: "slotEnd")
    /// As much has sounded in the day or the week as may, or the day is not one on which anything may.
    public static let useLimit = ReasonCode(rawValue: "useLimit")
    /// It sounded as long as it may.
    public static let maximumDuration = ReasonCode(rawValue: "maximumDuration")
    /// Its audio was not on the node in time.
    public static let contentMissing = ReasonCode(rawValue: "contentMissing")
    /// Its audio is not what the document says it is.
    public static let contentCorrupt = ReasonCode(rawValue: "contentCorrupt")
    /// Its audio cannot be decoded to the end.
    public static let decodingFailed = ReasonCode(rawValue: "decodingFailed")
    /// The sound card was away.
    public static let deviceLost = ReasonCode(rawValue: "deviceLost")
    /// The node's program was stopped by its operator.
    public static let nodeStopped = ReasonCode(rawValue: "nodeStopped")
    /// The node's program or its power ended while it sounded.
    public static let nodeDied = ReasonCode(rawValue: "nodeDied")

    // MARK: - Of a document

    public static let documentMalformed = ReasonCode(rawValue: "documentMalformed")
    public static let documentUnreadable = ReasonCode(rawValue: "documentUnreadable")
    public static let signatureUnsupported = ReasonCode(rawValue: "signatureUnsupported")
    public static let signatureUnknownKey = ReasonCode(rawValue: "signatureUnknownKey")
    public static let signatureInvalid = ReasonCode(rawValue: "signatureInvalid")
    public static let topicMismatch = ReasonCode(rawValue: "topicMismatch")
    public static let revisionOld = ReasonCode(rawValue: "revisionOld")
}

/// A reason with its words.
public struct Reason: Hashable, Codable, Sendable, CustomStringConvertible {
    public var code: ReasonCode
    /// For people, in English, with the names and figures of the case.
    public var text: String

    public init(_ code: ReasonCode, _ text: String) {
        self.code = code
        self.text = text
    }

    public var description: String { text.isEmpty ? code.rawValue : "\(code.rawValue): \(text)" }
}
