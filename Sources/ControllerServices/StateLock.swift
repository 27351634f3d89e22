import Glibc

/// Keeps a second controller away from a state: two would publish against each other. The kernel lets go when the process ends.
final class StateLock: Sendable {
    private let descriptor: CInt

    /// - Throws: `ConfigurationError` while another process has the lock.
    init(_ state: StateFolder) throws {
        descriptor = unsafe open(state.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError.last("open", state.lock) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw ConfigurationError(text: "another controller runs on \(state.path): stop it first")
        }
    }

    deinit { close(descriptor) }
}
