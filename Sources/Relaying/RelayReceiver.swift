import Glibc
import HTTPTransfer
public import MP3Decoding
import RuntimeSupport
import Synchronization

/// Brings the MP3 frames of a stream, over HTTP or HTTPS, and comes back when it breaks.
///
/// A thread of its own, `loa-relay`, connects, follows playlists, takes out the station's metadata, finds the frames and puts them
/// into a buffer that is bounded in seconds and in bytes. Whoever plays them takes them out, and never waits.
public final class RelayReceiver: Sendable {
    private struct State {
        var frames: [StreamHistory.Entry?] = []
        /// The first of `frames` that was not taken.
        var first = 0
        var seconds = 0.0
        var bytes = 0
        var isListening = false
        var isHurried = false
        /// Whether the thread waits for room.
        var isFull = false
        var isReady = false
        var status = RelayStatus()
    }

    private let url: String
    private let limits: RelayLimits
    private let client: HTTPClient.Configuration
    private let stream: HTTPStream
    private let wake: WakeUp
    private let isCancelled = Atomic<Bool>(false)
    private let state = Locked(State())
    private let tell: @Sendable (RelayNews) -> Void
    private let ready: @Sendable () -> Void

    /// Makes a receiver that connects to nothing before ``begin()``.
    ///
    /// - Parameters:
    ///   - authorities: a PEM file of the authorities to trust instead of the system's.
    ///   - tell: called on the receiver's thread when something happened.
    ///   - ready: called on the receiver's thread each time that enough has come to begin with.
    /// - Throws: when the process has no descriptor or no memory left.
    public init(
        url: String, limits: RelayLimits = RelayLimits(), authorities: String? = nil,
        tell: @escaping @Sendable (RelayNews) -> Void = { _ in }, ready: @escaping @Sendable () -> Void = {}
    ) throws {
        self.url = url
        self.limits = limits
        self.tell = tell
        self.ready = ready
        // A station may have something against libcurl's name, and nothing against none.
        client = HTTPClient.Configuration(
            caFile: authorities, connectTimeout: limits.connectTimeout, userAgent: "loa-node")
        stream = try HTTPStream(configuration: client)
        wake = try WakeUp()
    }

    /// Starts the thread, which keeps the receiver until it was cancelled.
    ///
    /// - Throws: `SystemError` when the system has no room for it.
    public func begin() throws {
        _ = try NamedThread(name: "loa-relay", stackSize: 512 * 1024) { self.run() }
    }

    /// Has the first connection be made now, where ``RelayLimits/spread`` would have it wait: the stream is to be played soon.
    public func hurry() {
        let isNew = state.withLock { state in
            defer { state.isHurried = true }
            return !state.isHurried
        }
        if isNew { wake.signal() }
    }

    /// Ends the thread soon. Nothing is called any more once it has ended.
    public func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        stream.cancel()
        wake.signal()
    }

    // MARK: - The listener's side

    /// Says whether the frames are being played. While they are not, the newest few seconds are kept and the older ones go.
    public func setListening(_ listening: Bool) {
        let hasChanged = state.withLock { state in
            let hasChanged = state.isListening != listening
            state.isListening = listening
            if !listening { trim(&state) }
            return hasChanged
        }
        if hasChanged { wake.signal() }
    }

    /// Takes the next frame, and whether it does not follow the one before; nil while there is none.
    public func next() -> (packet: MPEGPacket, isBreak: Bool)? {
        let (entry, wasFull) = state.withLock { state -> (StreamHistory.Entry?, Bool) in
            let entry = take(&state)
            let wasFull = state.isFull && hasRoom(state)
            if wasFull { state.isFull = false }
            return (entry, wasFull)
        }
        if wasFull { wake.signal() }
        return entry.map { ($0.packet, $0.isBreak) }
    }

    /// Seconds of sound that wait to be taken.
    public var level: Double { state.withLock { $0.seconds } }

    /// How the stream does.
    public var status: RelayStatus { state.withLock { $0.status } }

    private func take(_ state: inout State) -> StreamHistory.Entry? {
        guard state.first < state.frames.count, let entry = state.frames[state.first] else { return nil }
        state.frames[state.first] = nil
        state.first += 1
        if state.first == state.frames.count || state.first > 256 {
            state.frames.removeFirst(state.first)
            state.first = 0
        }
        state.bytes -= entry.packet.bytes.count
        // Sums of fractions drift; nothing is nothing.
        state.seconds = state.frames.isEmpty ? 0 : state.seconds - entry.packet.header.duration
        if state.seconds < limits.secondsToBegin { state.isReady = false }
        return entry
    }

    private func hasRoom(_ state: State) -> Bool {
        state.seconds < limits.mostSeconds && state.bytes < limits.mostBytes
    }

    private func trim(_ state: inout State) {
        var isCut = false
        let mostSeconds = max(limits.seconds, 2 * limits.secondsToBegin)
        while state.seconds > mostSeconds || state.bytes >= limits.mostBytes, take(&state) != nil { isCut = true }
        if isCut, state.first < state.frames.count { state.frames[state.first]?.isBreak = true }
    }

    // MARK: - The thread

    private func run() {
        var backoff = RandomBackoff(minimum: limits.shortestRetry, maximum: limits.longestRetry)
        var history = StreamHistory()
        var isFirst = true
        rest(limits.spread * Double.random(in: 0...1)) { state.withLock { $0.isHurried || $0.isListening } }
        while !isCancelled.load(ordering: .relaxed) {
            if !isFirst { state.withLock { $0.status.reconnects += 1 } }
            isFirst = false
            let began = ContinuousClock.now
            var reason = "\(RelayError.ended)"
            do {
                var visited: Set = [url]
                try visit(url, depth: 0, &visited, history: &history)
            } catch {
                reason = "\(error)"
            }
            if isCancelled.load(ordering: .relaxed) { return }
            let wasReceiving = state.withLock { state in
                defer { state.status.isReceiving = false }
                state.status.lastError = reason
                return state.status.isReceiving
            }
            if wasReceiving, began.duration(to: .now) >= limits.steadyAfter { backoff.reset() }
            let wait = backoff.next()
            tell(.lost(reason, wait: wait))
            rest(wait)
        }
    }

    /// Goes to one address, and from a playlist to those that it names, until one of them was heard.
    ///
    /// - Parameter visited: all addresses that were gone to since the first.
    private func visit(_ url: String, depth: Int, _ visited: inout Set<String>, history: inout StreamHistory) throws {
        var reception = Reception(url: url)
        let patience = HTTPStream.Patience(answer: limits.answerTimeout, stall: limits.stallTimeout)
        var frameDue = ContinuousClock.now + limits.answerTimeout
        history.reconnect()
        try stream.receive(
            HTTPRequest("GET", url, headers: ["Icy-MetaData": "1", "Accept": "audio/mpeg, audio/*;q=0.5, */*;q=0.1"]),
            patience: patience,
            head: { try reception.begin($0) },
            body: { bytes in
                var hasFrames = false
                try reception.take(bytes) { packet, title in
                    hasFrames = true
                    add(history.admit(packet), title: title)
                }
                waitForRoom()
                if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
                let now = ContinuousClock.now
                if hasFrames { frameDue = now + limits.stallTimeout }
                if now >= frameDue { throw RelayError.trickle }
            })
        guard let list = try reception.playlist() else { throw RelayError.ended }
        guard depth < RelayPlaylist.maximumDepth else { throw RelayError.nestedPlaylists }
        // Playlists that name each other lead nowhere, and a thousand addresses would be a thousand requests without a pause.
        var failure: any Error = RelayError.nestedPlaylists
        for address in list where visited.count <= RelayPlaylist.maximumEntries && visited.insert(address).inserted {
            do {
                try visit(address, depth: depth + 1, &visited, history: &history)
            } catch {
                failure = error
            }
            // One that was heard is where we begin again.
            if isCancelled.load(ordering: .relaxed) || state.withLock({ $0.status.isReceiving }) { break }
        }
        throw failure
    }

    private func add(_ entries: [StreamHistory.Entry], title: String?) {
        let (isNew, isReady, newTitle, times) = state.withLock { state in
            for entry in entries {
                state.frames.append(entry)
                state.bytes += entry.packet.bytes.count
                state.seconds += entry.packet.header.duration
            }
            if !state.isListening { trim(&state) }
            let isNew = !state.status.isReceiving
            state.status.isReceiving = true
            let isReady = !state.isReady && state.seconds >= limits.secondsToBegin
            if isReady { state.isReady = true }
            let newTitle = title == state.status.title ? nil : title
            if let newTitle { state.status.title = newTitle }
            return (isNew, isReady, newTitle, state.status.reconnects + 1)
        }
        if isNew { tell(.connected(times)) }
        if let newTitle { tell(.title(newTitle)) }
        if isReady { ready() }
    }

    private func waitForRoom() {
        while !isCancelled.load(ordering: .relaxed) {
            let isFull = state.withLock { state in
                state.isFull = state.isListening && !hasRoom(state)
                return state.isFull
            }
            if !isFull { return }
            pause(.seconds(60))
        }
    }

    private func rest(_ duration: Duration, unless isOver: () -> Bool = { false }) {
        let end = ContinuousClock.now + duration
        while !isCancelled.load(ordering: .relaxed), !isOver(), ContinuousClock.now < end {
            pause(ContinuousClock.now.duration(to: end))
        }
    }

    private func pause(_ duration: Duration) {
        var descriptor = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        unsafe poll(&descriptor, 1, CInt(clamping: max(1, milliseconds)))
        wake.clear()
    }
}
