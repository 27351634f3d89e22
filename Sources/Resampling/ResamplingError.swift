/// What libsoxr could not do, in its own words.
public struct ResamplingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step that failed.
    public enum Step: String, Sendable, Hashable {
        /// The resampler could not be made: a rate or a number of channels that libsoxr does not take.
        case setup
        /// Samples could not be converted: out of memory.
        case process
    }

    /// The step that failed.
    public let step: Step

    /// The library's own words; libsoxr has no error codes.
    public let reason: String

    public var description: String { "resampling failed at \(step.rawValue): \(reason)" }
}
