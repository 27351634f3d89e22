/// How hard a message tries to arrive.
///
/// MQTT's third level, exactly once, is not offered: what Loa sends may arrive twice without harm, and the promise of the level
/// ends at the broker anyway.
public enum QualityOfService: Int, Sendable, Hashable, CaseIterable {
    /// Sent once; lost when the network fails at that moment.
    case atMostOnce = 0
    /// Sent until acknowledged; may arrive more than once.
    case atLeastOnce = 1
}
