import Broadcasting
import Directing
import Logging
import NodeStore

/// What the uplink asks for.
extension NodeCore {
    /// Says to those who report health that it is time to.
    func touch() { healthChange.yield() }

    func records(after sequence: Int64, limit: Int) -> [StoredRecord] {
        (try? store.records(after: sequence, limit: limit)) ?? []
    }

    func forget(through sequence: Int64) {
        do { try store.forget(through: sequence) } catch {
            logger.error("receipt not written", metadata: ["problem": "\(error)"])
        }
        healthChange.yield()
    }

    /// Ends what sounds, and waits at most a second until the player has said how far each cue came.
    func stop() async {
        recordTally(boot: .max)
        perform([.record(.node(NodeEvent(.stopping)))] + direct(.stopping))
        let ended = stopped
        guard !voices.isEmpty else { return }
        let deadline = Task {
            guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            ended.continuation.finish()
        }
        for await _ in ended.stream where voices.isEmpty { break }
        deadline.cancel()
    }
}
