public import Logging
import RuntimeSupport

/// Keeps what is logged, so that a test can ask what an operator would have read.
public final class LogRecorder: Sendable {
    /// One line of the log.
    public struct Line: Sendable {
        public let level: Logger.Level
        public let message: String
        /// The metadata's values, as they would be printed.
        public let metadata: [String: String]
    }

    private let recorded = Locked<[Line]>([])

    /// Nothing is recorded yet.
    public init() {}

    /// All lines so far.
    public var lines: [Line] { recorded.withLock { $0 } }

    /// A logger that writes here, all levels.
    public var logger: Logger {
        Logger(label: "test") { _ in Handler(recorder: self) }
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
            let line = Line(
                level: event.level, message: event.message.description, metadata: merged.mapValues(\.description))
            recorder.recorded.withLock { $0.append(line) }
        }
    }
}
