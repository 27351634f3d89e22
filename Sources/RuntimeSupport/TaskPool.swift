import Glibc
@_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) import _Concurrency

/// Runs all Swift tasks of a program on a few threads of ours, in place of libdispatch's pool.
///
/// libdispatch wakes up once a second, as long as its pool has a thread, to see whether the pool is short of them, and ends and makes
/// threads as it goes. These sleep in the kernel until there is a job, or until one is due.
public enum TaskPool {
    /// Runs `program` and exits with status 0 when it returns. Call it once, in `main`, before there is any task.
    ///
    /// - Throws: `SystemError` when the system has no room for the threads.
    public static func run(_ program: @escaping @MainActor @Sendable () async -> Void) throws -> Never {
        let count = max(1, min(sysconf(CInt(_SC_NPROCESSORS_ONLN)), 4))
        try TaskThreads.shared.begin(count)
        _createExecutors(factory: Executors.self)
        Task { @MainActor in
            await program()
            exit(0)
        }
        try MainActor.executor.run()
        exit(0)
    }

    private struct Executors: ExecutorFactory {
        static var mainExecutor: any MainExecutor { PlatformExecutorFactory.mainExecutor }
        static var defaultExecutor: any TaskExecutor { TaskThreads.shared }
    }
}
