/// What lies behind the samples and can fail while they sound.
public enum OutputPart: String, Hashable, Sendable {
    /// The power of the amplifier, where it is switched.
    case amplifier
    /// The card's own volume, where it is set.
    case volume
}
