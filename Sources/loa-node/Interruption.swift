import ArgumentParser
import Glibc
import RuntimeSupport
import UnixSignals

/// What plays for a person, until it is done or the person has it end.
enum Interruption {
    /// Runs `body`, which SIGINT (Ctrl-C) and SIGTERM cancel; returns once it has ended. A second signal ends the program where it is.
    ///
    /// - Throws: what `body` throws; and, after a signal, the status by which a shell knows it: 130 or 143.
    static func cancelling<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let caught = Locked<UnixSignal?>(nil)
        let work = Task { try await body() }
        let watch = Task {
            for await signal in signals {
                if caught.withLock({ $0 }) != nil { _exit(128 + signal.rawValue) }
                caught.withLock { $0 = signal }
                work.cancel()
            }
        }
        defer { watch.cancel() }
        // What was switched on is off again when the body has ended, however it does.
        let result = await work.result
        if let signal = caught.withLock({ $0 }) { throw ExitCode(128 + signal.rawValue) }
        return try result.get()
    }
}
