import Glibc

/// Runs an actor on a thread of its own, which sleeps while there is nothing to do.
///
/// For an actor that is called again and again and blocks in C: its calls begin without a thread having to be made. Where calls are rare,
/// ``DispatchExecutor`` keeps no thread.
public final class ThreadExecutor: SerialExecutor {
    private let queue: Queue

    /// Starts the thread, which ends with the executor.
    ///
    /// - Throws: `SystemError` when the system has no room for another thread.
    public init(name: String) throws(SystemError) {
        let queue = try Queue()
        self.queue = queue
        let executor = unsafe asUnownedSerialExecutor()
        _ = try NamedThread(name: name) { unsafe queue.run(on: executor) }
    }

    deinit {
        queue.end()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        queue.put(UnownedJob(job))
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    public func checkIsolated() {
        precondition(queue.isOnThread, "not on the actor's own thread")
    }
}

/// The jobs that wait for the thread.
private final class Queue: Sendable {
    private struct State {
        var jobs: [UnownedJob] = []
        var thread: pthread_t?
        var isEnding = false
        var isAsleep = false
    }

    private let state = Locked(State())
    private let wakeUp: WakeUp

    init() throws(SystemError) {
        wakeUp = try WakeUp()
    }

    var isOnThread: Bool { state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false } }

    func put(_ job: UnownedJob) {
        let isAsleep = state.withLock { state in
            state.jobs.append(job)
            return state.isAsleep
        }
        if isAsleep { wakeUp.signal() }
    }

    func end() {
        state.withLock { $0.isEnding = true }
        wakeUp.signal()
    }

    /// `executor` is that of the jobs; it is not asked for anything after its last job.
    func run(on executor: UnownedSerialExecutor) {
        state.withLock { $0.thread = pthread_self() }
        while true {
            let (jobs, isEnding) = state.withLock { state in
                let jobs = state.jobs
                state.jobs.removeAll(keepingCapacity: true)
                state.isAsleep = jobs.isEmpty
                return (jobs, state.isEnding)
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
