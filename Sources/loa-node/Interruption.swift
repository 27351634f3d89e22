import ArgumentParser
import UnixSignals

/// What plays for a person, until it is done or the person has it end.
enum Interruption {
    private enum Ending<Value: Sendable>: Sendable {
        case done(Value)
        case interrupted(UnixSignal)
    }

    /// Runs `body`, which SIGINT (Ctrl-C) and SIGTERM cancel; returns once it has ended.
    ///
    /// - Throws: what `body` throws; and, after a signal, the status by which a shell knows it: 130 or 143.
    static func cancelling<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Ending<Value>.self) { group in
            group.addTask { .done(try await body()) }
            group.addTask {
                for await signal in signals { return .interrupted(signal) }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            switch try await group.next() {
            case .done(let value): return value
            case .interrupted(let signal):
                group.cancelAll()
                // What was switched on is off again when the body has ended, however it does.
                while await group.nextResult() != nil {}
                throw ExitCode(128 + signal.rawValue)
            case nil: throw CancellationError()
            }
        }
    }
}
