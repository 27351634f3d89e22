import Glibc
@_spi(ExperimentalScheduling) import _Concurrency

/// Threads that run jobs in the order in which they come, and those that sleep when they are due.
///
/// One idle thread is the timekeeper and sleeps until the next job is due; the others sleep until they are called. A new job
/// goes to one of the others, if any is idle, so that the timekeeper is left alone.
@safe
final class TaskThreads: TaskExecutor, SchedulingExecutor, @unchecked Sendable {
    // Unchecked: all that changes is guarded by `mutex`.
    static let shared = TaskThreads()

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    /// Calls an idle thread that is not the timekeeper.
    private let call: UnsafeMutablePointer<pthread_cond_t>
    /// Calls the timekeeper.
    private let timekeeperCall: UnsafeMutablePointer<pthread_cond_t>

    private var jobs: [UnownedJob] = []
    private var first = 0
    /// The earliest last. In nanoseconds of CLOCK_MONOTONIC: a machine that was suspended owes its sleepers that time.
    private var sleepers: [(due: Int64, job: UnownedJob)] = []
    private var idle = 0
    private var hasTimekeeper = false
    /// Threads that were called and have not looked yet.
    private var called = 0

    private init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe call = .allocate(capacity: 1)
        unsafe call.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(call, &attributes)
        unsafe timekeeperCall = .allocate(capacity: 1)
        unsafe timekeeperCall.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(timekeeperCall, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    /// Starts `count` threads, which live as long as the program.
    func begin(_ count: Int) throws(SystemError) {
        for _ in 0..<count {
            _ = try NamedThread(name: "loa-tasks") { self.work() }
        }
    }

    // MARK: - Jobs come

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        unsafe pthread_mutex_lock(mutex)
        jobs.append(job)
        callSomebody()
        unsafe pthread_mutex_unlock(mutex)
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C
    ) {
        // Every clock of the library counts in these, and the program has no other.
        guard let delay = delay as? Duration else { preconditionFailure("a clock without seconds") }
        let due = MonotonicClock.nanoseconds + min(max(delay.nanoseconds, 0), Int64.max / 4)
        let job = UnownedJob(job)
        unsafe pthread_mutex_lock(mutex)
        let place = sleepers.firstIndex { $0.due <= due } ?? sleepers.count
        sleepers.insert((due, job), at: place)
        if place == sleepers.count - 1, hasTimekeeper { unsafe pthread_cond_signal(timekeeperCall) }
        unsafe pthread_mutex_unlock(mutex)
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C
    ) {
        enqueue(job, after: clock.now.duration(to: instant), tolerance: tolerance, clock: clock)
    }

    private func callSomebody() {
        if idle > called {
            called += 1
            unsafe pthread_cond_signal(call)
        } else if hasTimekeeper {
            unsafe pthread_cond_signal(timekeeperCall)
        }
    }

    // MARK: - Jobs are run

    private func work() {
        // No executor at all, as on libdispatch's pool: with one, each step of a task from actor to actor would come by the queue.
        let none = unsafe unsafeBitCast((0, 0), to: UnownedSerialExecutor.self)
        while true {
            let job = next()
            unsafe job.runSynchronously(on: none)
        }
    }

    private func next() -> UnownedJob {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let job = takeJob() { return job }
            if hasTimekeeper {
                idle += 1
                unsafe pthread_cond_wait(call, mutex)
                idle -= 1
                called = max(0, called - 1)
            } else if let job = keepTime() {
                return job
            }
        }
    }

    private func takeJob() -> UnownedJob? {
        guard first < jobs.count else { return nil }
        let job = jobs[first]
        first += 1
        if first == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            first = 0
        }
        return job
    }

    /// Sleeps as the timekeeper until a job is due, or somebody calls.
    private func keepTime() -> UnownedJob? {
        hasTimekeeper = true
        defer {
            hasTimekeeper = false
            // Another goes on with it while this thread runs the job.
            if first < jobs.count || !sleepers.isEmpty { callSomebody() }
        }
        while first == jobs.count {
            guard let due = sleepers.last?.due else {
                unsafe pthread_cond_wait(timekeeperCall, mutex)
                continue
            }
            if due <= MonotonicClock.nanoseconds { return sleepers.removeLast().job }
            var until = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
            unsafe pthread_cond_timedwait(timekeeperCall, mutex, &until)
        }
        return takeJob()
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds < Int64.max / 1_000_000_000 else { return .max }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
