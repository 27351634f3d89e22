import ControllerAPI
import RuntimeSupport

extension ControllerClient {
    /// Sends `file` to the library, with a progress bar where standard error is a terminal.
    func add(_ file: LocalFile, title: String? = nil, console: Console) async throws -> AudioItem {
        let bar = ProgressBar(title: file.name, width: console.errorWidth)
        let clock = ContinuousClock()
        let start = clock.now
        let shown = Locked(start - .seconds(1))
        defer { console.clearStatus() }
        return try await upload(file, title: title) { sent, total in
            let now = clock.now
            let isTime = shown.withLock { last in
                guard now - last >= .milliseconds(100) || sent == total else { return false }
                last = now
                return true
            }
            guard isTime else { return }
            guard sent < total else { return console.status("\(file.name.printable): sent, and now being checked") }
            console.status(bar.line(sent: sent, total: total, seconds: (now - start) / .seconds(1)))
        }
    }
}
