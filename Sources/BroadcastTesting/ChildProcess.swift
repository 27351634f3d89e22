import CLinux
import FoundationEssentials
import Glibc
import RuntimeSupport

/// A program that runs beside the test: started with an environment, watched, signalled, and killed with the last reference.
///
/// What it writes is kept whole, and can be awaited line by line. Each child has a thread that reads and one that waits.
public final class ChildProcess: Sendable {
    /// How a program ended.
    public enum Ending: Sendable, Hashable {
        case exited(CInt)
        case signalled(CInt)
    }

    /// A line was awaited that did not come.
    public struct NoSuchLine: Error, CustomStringConvertible {
        /// What the program wrote instead, and how it ended if it did.
        public let description: String
    }

    /// The kernel's number of the process.
    public let identifier: Int32
    private let state = Locked(ChildState())

    /// Starts `executable`, found through `PATH` when it has no slash.
    ///
    /// - Parameters:
    ///   - environment: laid over this process's own.
    ///   - folder: where it starts; nil for this process's own.
    /// - Throws: `SystemError` when it cannot be started.
    public init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], folder: String? = nil
    ) throws {
        var output: [CInt] = [-1, -1]
        var errors: [CInt] = [-1, -1]
        guard unsafe pipe2(&output, O_CLOEXEC) == 0, unsafe pipe2(&errors, O_CLOEXEC) == 0 else {
            throw SystemError("pipe", number: errno)
        }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors[1], 2)
        // The test's threads block signals; the program must start with none blocked.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var command = [executable] + arguments
        if let folder {
            // posix_spawn of the C library in use may not know how to change the folder: a shell does.
            command = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + command
        }
        let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let argv = unsafe command.map { unsafe strdup($0) } + [nil]
        let envp = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        var child: pid_t = 0
        let status = unsafe posix_spawnp(&child, command[0], &actions, &attributes, argv, envp)
        let texts = unsafe argv + envp
        for index in unsafe texts.indices { unsafe free(texts[index]) }
        close(output[1])
        close(errors[1])
        guard status == 0 else {
            close(output[0])
            close(errors[0])
            throw SystemError("start \(executable)", number: status)
        }
        identifier = child
        Survivors.add(child)
        let state = state
        let ends = (output: output[0], errors: errors[0])
        _ = try NamedThread(name: "child-output") { Self.read(ends.output, ends.errors, into: state) }
        _ = try NamedThread(name: "child-wait") {
            var status: CInt = 0
            while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
            let signal = status & 0x7f
            Survivors.remove(child)
            state.end(signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal))
        }
    }

    deinit {
        signal(SIGKILL)
    }

    /// Sends a signal, unless the program has ended.
    public func signal(_ number: CInt) {
        // The ending is recorded after the kernel has forgotten the process: for a moment the number is nobody's, which is harmless.
        state.withLock { state in
            if state.ending == nil { kill(identifier, number) }
        }
    }

    /// Waits until the program has ended.
    @discardableResult
    public func wait() async -> Ending {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state in
                if state.ending == nil { state.waiting.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    /// Asks the program to end (SIGTERM), kills it if it has not after `patience`, and tells how it ended.
    @discardableResult
    public func terminate(patience: Duration = .seconds(10)) async -> Ending {
        signal(SIGTERM)
        let killer = Task {
            try await Task.sleep(for: patience)
            signal(SIGKILL)
        }
        defer { killer.cancel() }
        return await wait()
    }

    /// How it ended, or nil while it runs.
    public var ending: Ending? { state.withLock { $0.ending } }

    /// What it has written to its standard output so far.
    public var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }

    /// What it has written to its standard error so far.
    public var errors: String { state.withLock { String(decoding: $0.errors, as: UTF8.self) } }

    /// Waits for the first line, of either output, for which `isWanted` says yes; lines that came before count too.
    ///
    /// - Throws: `NoSuchLine` when the output ends without it, or when it has not come after `patience`.
    @discardableResult
    public func line(
        within patience: Duration = .seconds(10), where isWanted: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        state.withLock { state in
            for line in state.lines { continuation.yield(line) }
            if state.openOutputs == 0 { continuation.finish() } else { state.listeners.append(continuation) }
        }
        let clock = Task {
            try await Task.sleep(for: patience)
            continuation.finish()
        }
        defer {
            clock.cancel()
            continuation.finish()
        }
        for await line in lines where isWanted(line) { return line }
        let ending = ending.map { "\($0)" } ?? "still running"
        throw NoSuchLine(description: "no such line within \(patience); \(ending); wrote:\n\(output)\(errors)")
    }

    /// Reads both outputs to their ends.
    private static func read(_ output: CInt, _ errors: CInt, into state: Locked<ChildState>) {
        var descriptors = [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var partial: [[UInt8]] = [[], []]
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while descriptors.contains(where: { $0.fd >= 0 }) {
            _ = unsafe poll(&descriptors, 2, -1)
            for index in 0..<2 where descriptors[index].fd >= 0 && descriptors[index].revents != 0 {
                let count = unsafe Glibc.read(descriptors[index].fd, &buffer, buffer.count)
                let bytes = buffer[0..<max(count, 0)]
                partial[index] += bytes
                var lines: [String] = []
                while let end = partial[index].firstIndex(of: UInt8(ascii: "\n")) {
                    lines.append(String(decoding: partial[index][..<end], as: UTF8.self))
                    partial[index].removeSubrange(...end)
                }
                if count <= 0 {
                    if !partial[index].isEmpty { lines.append(String(decoding: partial[index], as: UTF8.self)) }
                    close(descriptors[index].fd)
                    descriptors[index].fd = -1
                }
                state.add(bytes, lines: lines, isOutput: index == 0, isLast: count <= 0)
            }
        }
    }
}

/// The children that still run, to be killed when this process exits in order: a reference in a global is never released.
private enum Survivors {
    private static let children: Locked<Set<pid_t>> = {
        atexit { Survivors.killAll() }
        return Locked([])
    }()

    static func add(_ child: pid_t) {
        children.withLock { _ = $0.insert(child) }
    }

    static func remove(_ child: pid_t) {
        children.withLock { _ = $0.remove(child) }
    }

    static func killAll() {
        children.withLock { for child in $0 { kill(child, SIGKILL) } }
    }
}

/// What is known of a child so far.
private struct ChildState {
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var lines: [String] = []
    var openOutputs = 2
    var ending: ChildProcess.Ending?
    var waiting: [CheckedContinuation<ChildProcess.Ending, Never>] = []
    var listeners: [AsyncStream<String>.Continuation] = []
}

extension Locked<ChildState> {
    fileprivate func end(_ ending: ChildProcess.Ending) {
        let waiting = withLock { state in
            state.ending = ending
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: ending) }
    }

    fileprivate func add(_ bytes: ArraySlice<UInt8>, lines: [String], isOutput: Bool, isLast: Bool) {
        withLock { state in
            if isOutput { state.output += bytes } else { state.errors += bytes }
            state.lines += lines
            for listener in state.listeners {
                for line in lines { listener.yield(line) }
            }
            guard isLast else { return }
            state.openOutputs -= 1
            guard state.openOutputs == 0 else { return }
            for listener in state.listeners { listener.finish() }
            state.listeners = []
        }
    }
}
