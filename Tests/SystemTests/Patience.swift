import Foundation
import Testing

/// The machine could not keep up with the clock, so that nothing can be said of the programs: what is due in four seconds was not there in
/// four seconds, or a decoder had no processor.
struct SlowMachine: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// How much more time than usual a test gives the machine.
struct Patience: Sendable {
    /// 1 at first. Times that a test sets are to be multiplied by it.
    let factor: Double

    /// The speed of a card's clock, of one that is faster than the wall's.
    func slowed(_ speed: Double) -> Double { max(min(speed, 1), speed / factor) }

    /// Runs `body`, and again with twice the patience each time that it finds the machine too slow.
    static func growing(_ body: (Patience) async throws -> Void) async throws {
        for factor in [1.0, 2, 4, 8] {
            do {
                return try await body(Patience(factor: factor))
            } catch is SlowMachine where factor < 8 {
                continue
            } catch let slow as SlowMachine {
                Issue.record("the machine is too slow for this test: \(slow)")
            }
        }
    }
}

extension SlowMachine {
    /// - Throws: `SlowMachine` when `what` was more than `tolerance` seconds off its instant. Where nobody takes the processor away, none is:
    ///   after as many tries as `Patience` has, it counts. Under a sanitizer, which makes a program ten times slower, instants are not judged.
    static func check(_ what: String, isOff seconds: Double, within tolerance: Double = 0.02) throws(SlowMachine) {
        if ProcessInfo.processInfo.environment["LOA_SANITIZED"] != nil { return }
        guard seconds.magnitude < tolerance else { throw SlowMachine("\(what) was \(seconds) s off") }
    }
}
