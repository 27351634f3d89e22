import ControllerAPI
import Logging
import RuntimeSupport
import ServiceLifecycle

/// What must be done from time to time: noticing silent nodes, trying again what the broker refused, retiring old broadcasts, and a
/// sign of life for those who watch.
struct Housekeeping<Time: Clock<Duration>>: Service {
    let ledger: Ledger
    let monitor: NodeMonitor
    let publisher: Publisher
    let feed: LiveFeed
    let logger: Logger
    let clock: Time

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var round = 0
            while true {
                do { try await clock.sleep(for: .seconds(5)) } catch { return }
                round += 1
                monitor.sweep(now: ledger.time)
                guard round.isMultiple(of: 3) else { continue }
                await publisher.retry()
                feed.publish(LiveEvent(.alive, at: ledger.time, text: "alive"))
                guard round.isMultiple(of: 120) else { continue }
                do {
                    let count = try await ledger.write { try $0.retire() }
                    if count > 0 { logger.info("broadcasts retired", metadata: ["count": "\(count)"]) }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("the ledger cannot be written", metadata: ["error": "\(error)"])
                }
            }
        }
        feed.close()
    }
}
