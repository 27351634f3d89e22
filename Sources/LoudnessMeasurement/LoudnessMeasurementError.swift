/// What libebur128 could not do.
public struct LoudnessMeasurementError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step that failed.
    public enum Step: String, Sendable, Hashable {
        /// The meter could not be made: a rate or a number of channels that libebur128 does not take.
        case setup
        /// Samples could not be added: out of memory.
        case add
        /// The result could not be computed.
        case measure
    }

    /// The step that failed.
    public let step: Step

    /// The library's error code; its header names them, it has no words for them.
    public let status: CInt

    public var description: String { "loudness measurement failed at \(step.rawValue): libebur128 error \(status)" }
}
