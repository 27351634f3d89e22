/// A set of numbers from 0 to 63.
struct SmallSet: Hashable, Sendable {
    var bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    init(_ members: some Sequence<Int>) {
        bits = 0
        for member in members { bits |= 1 << UInt64(member) }
    }

    var isEmpty: Bool { bits == 0 }
    var count: Int { bits.nonzeroBitCount }

    func contains(_ member: Int) -> Bool { bits >> UInt64(member) & 1 == 1 }

    /// The least member that is not below `bound`.
    func first(from bound: Int) -> Int? {
        let rest = bound < 64 ? bits >> UInt64(bound) : 0
        return rest == 0 ? nil : bound + rest.trailingZeroBitCount
    }

    /// The member that has `index` members below it, of which there must be as many.
    subscript(index: Int) -> Int {
        var rest = bits
        for _ in 0..<index { rest &= rest &- 1 }
        return rest.trailingZeroBitCount
    }
}
