import RuntimeSupport
import Testing

@Suite struct RandomBackoffTests {
    /// Always the same draw: the lowest or the highest.
    struct Extreme: RandomNumberGenerator {
        let bits: UInt64
        func next() -> UInt64 { bits }
    }

    @Test func `the longest wait doubles up to the maximum and starts again after a reset`() {
        var backoff = RandomBackoff(minimum: .seconds(1), maximum: .seconds(10))
        var highest = Extreme(bits: .max)
        let waits = (0..<5).map { _ in backoff.next(using: &highest) }
        #expect(waits == [2, 4, 8, 10, 10].map { .seconds($0) })
        backoff.reset()
        #expect(backoff.next(using: &highest) == .seconds(2))
    }

    @Test func `no wait is shorter than the minimum`() {
        var backoff = RandomBackoff(minimum: .seconds(1), maximum: .seconds(10))
        var lowest = Extreme(bits: 0)
        for _ in 0..<100 {
            #expect(backoff.next(using: &lowest) == .seconds(1))
        }
    }

    @Test func `two clients do not wait alike`() {
        var first = RandomBackoff(minimum: .seconds(1), maximum: .seconds(60))
        var second = first
        #expect((0..<8).map { _ in first.next() } != (0..<8).map { _ in second.next() })
    }
}
