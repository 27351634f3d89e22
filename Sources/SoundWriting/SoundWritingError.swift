/// What libsndfile could not do, in its own words.
public struct SoundWritingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step that failed.
    public enum Step: String, Sendable, Hashable {
        /// The file could not be made: its folder, or a rate or a number of channels that its form does not take.
        case open
        /// Not all samples were written: the disk is full, as a rule.
        case write
        /// The file could not be brought to its end.
        case close
    }

    /// The step that failed.
    public let step: Step

    /// The library's own words.
    public let reason: String

    public var description: String { "\(step.rawValue): \(reason)" }
}
