import Logging
import NodeStore
import RuntimeSupport

/// Tidies the store up on a queue of its own, beside the commits.
actor StoreKeeper {
    private let executor = DispatchExecutor(label: "store keeper")

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Brings the store's log into its tables, unless another call has just done so.
    func checkpoint(_ store: NodeStore, logger: Logger) {
        guard store.isCheckpointDue else { return }
        do {
            try store.checkpoint()
        } catch {
            logger.warning("the store's log was not brought into its tables", metadata: ["problem": "\(error)"])
        }
    }
}
