import Broadcasting
import Foundation

extension Timestamp {
    /// What this machine's clock shows.
    static var now: Timestamp { Timestamp(secondsSinceEpoch: Date().timeIntervalSince1970) }
}
