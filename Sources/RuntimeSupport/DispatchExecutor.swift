public import Dispatch

/// Runs an actor on a queue of its own, so that blocking C calls (SQLite, decoding, libcurl) stay off the cooperative pool.
///
/// ```swift
/// actor Store {
///     private let executor = DispatchExecutor(label: "store")
///     nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
/// }
/// ```
/// `DispatchSerialQueue`, which conforms to `SerialExecutor` elsewhere, does not exist on Linux.
public final class DispatchExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Makes a serial queue named `label`.
    public init(label: String, qualityOfService: DispatchQoS = .unspecified) {
        queue = DispatchQueue(label: label, qos: qualityOfService)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    public func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
