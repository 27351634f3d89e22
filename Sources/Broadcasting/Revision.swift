/// The place of a document in the history of its topic. A node accepts only a higher one than it has: a replay does nothing.
///
/// A controller that was restored from a backup starts a new epoch.
public struct Revision: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public var epoch: Int64
    public var number: Int64

    public init(epoch: Int64, number: Int64) {
        self.epoch = epoch
        self.number = number
    }

    public static func < (left: Revision, right: Revision) -> Bool {
        (left.epoch, left.number) < (right.epoch, right.number)
    }

    public var description: String { "\(epoch).\(number)" }
}
