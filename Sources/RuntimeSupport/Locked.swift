import Glibc

/// A value that only one thread at a time can touch.
///
/// For state that must be read or changed synchronously from several threads; prefer an actor where the caller can await.
/// The lock is a pthread mutex and not `Synchronization.Mutex`, because ThreadSanitizer on Linux cannot see the latter and
/// reports races that are not there. It is not recursive: a closure must not take the same lock again.
@safe
public final class Locked<Value: ~Copyable>: @unchecked Sendable {
    // Unchecked by necessity: the compiler cannot know that `mutex` guards `value`. Every access goes through `withLock`,
    // and what enters or leaves is `sending`.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    /// Puts `initial` behind a new lock.
    public init(_ initial: consuming sending Value) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        let status = unsafe pthread_mutex_init(mutex, nil)
        precondition(status == 0, "pthread_mutex_init failed with \(status)")
        unsafe value = .allocate(capacity: 1)
        unsafe value.initialize(to: initial)
    }

    deinit {
        unsafe value.deinitialize(count: 1)
        unsafe value.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deinitialize(count: 1)
        unsafe mutex.deallocate()
    }

    /// Runs `body` with the value while no other thread has it. Keep `body` short, and never block in it.
    public func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try unsafe body(&value.pointee)
    }
}
