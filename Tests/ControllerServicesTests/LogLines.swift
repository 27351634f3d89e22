import Logging

/// Log messages as a stream, for tests that wait until something was said.
struct LogLines: Sendable {
    let lines: AsyncStream<String>
    let logger: Logger

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        lines = stream
        logger = Logger(label: "test") { _ in Handler(continuation: continuation) }
    }

    private struct Handler: LogHandler {
        let continuation: AsyncStream<String>.Continuation
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { continuation.yield("\(event.message)") }
    }
}
