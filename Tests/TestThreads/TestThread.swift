import Glibc
import RuntimeSupport

/// A thread that runs the jobs of one task and its children, in order, and sleeps in between.
final class TestThread: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isEnding = false
    }

    private let state = Locked(State())
    private let wakeUp: WakeUp

    /// Starts the thread, which keeps the executor until ``end()``.
    init() throws {
        wakeUp = try WakeUp()
        _ = try NamedThread(name: "test") { self.run() }
    }

    /// Has the thread end once it has nothing left to do.
    func end() {
        state.withLock { $0.isEnding = true }
        wakeUp.signal()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        wakeUp.signal()
    }

    private func run() {
        let executor = unsafe asUnownedTaskExecutor()
        while true {
            let (jobs, isEnding) = state.withLock { state in
                defer { state.jobs.removeAll(keepingCapacity: true) }
                return (state.jobs, state.isEnding)
            }
            for job in jobs { unsafe job.runSynchronously(on: executor) }
            guard jobs.isEmpty else { continue }
            if isEnding { return }
            var descriptor = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&descriptor, 1, -1)
            wakeUp.clear()
        }
    }
}
