import Broadcasting
import Logging
import RuntimeSupport

/// Brings the audio that documents name onto the node's disk, the most urgent first, one piece at a time.
///
/// A download that something more urgent overtakes, or that breaks, goes on later where it stopped.
actor ContentFetcher {
    /// Downloads `url` to the file at a path, after the bytes that are there, at most so many in all; see `HTTPTransfer`.
    typealias Download =
        @Sendable (_ url: String, _ path: String, _ bytes: Int64) async throws(DownloadFailure) -> Void

    /// Why a download did not bring the file.
    enum DownloadFailure: Error, Sendable {
        /// Nothing to hold against the audio; another try may bring it.
        case unavailable(String)
        /// The server offers something else than the document says.
        case wrongContent(String)
    }

    /// What became known of a piece of audio.
    enum News: Sendable {
        case available(ContentHash)
        /// It was there, and has made room for something more urgent. It is fetched again when there is room.
        case evicted(ContentHash)
        case failed(ContentHash, Reason)
    }

    private let store: ContentStore
    private let download: Download
    private let report: @Sendable (News) async -> Void
    private let logger: Logger
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    private var addresses: [String] = []
    /// The address that served last. It is tried first: one that is slow to fail must not keep an emergency waiting.
    private var proven: String?
    private var wanted: [AudioReference] = []
    private var attempts: [ContentHash: Attempts] = [:]
    private var current: (hash: ContentHash, task: Task<Outcome, Never>)?
    private var retry: Task<Void, Never>?

    /// What was tried for one piece of audio.
    private struct Attempts {
        var backoff = RandomBackoff(minimum: .seconds(1), maximum: .seconds(60))
        var notBefore = ContinuousClock.now
        var wrong = 0
        var isSettled = false
        var isGivenUp = false
    }

    /// How often wrong bytes are fetched again before the audio counts as not to be had.
    static let wrongContentLimit = 3
    /// After so long, what was given up is tried once more: a server may have been put right, and programmes are wanted for years.
    static let givenUpPause = Duration.seconds(3600)

    init(
        store: ContentStore, logger: Logger, download: @escaping Download,
        report: @escaping @Sendable (News) async -> Void
    ) {
        self.store = store
        self.logger = logger
        self.download = download
        self.report = report
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Fetches from now on from these addresses, tried in order, but first from the one that served last.
    func use(addresses: [String]) {
        guard addresses != self.addresses else { return }
        self.addresses = addresses
        for hash in attempts.keys { attempts[hash]?.notBefore = .now }
        change.yield()
    }

    /// Wants exactly this audio from now on, the most urgent first. What was given up is tried anew when it is wanted again.
    func want(_ audio: [AudioReference]) {
        wanted = audio
        let hashes = Set(audio.map(\.sha256))
        attempts = attempts.filter { hashes.contains($0.key) }
        if let current, let first = wanted.first(where: isDue), first.sha256 != current.hash {
            current.task.cancel()
        }
        change.yield()
    }

    /// Looks again for audio that could not be opened: at once when it is missing or damaged, or after a while when the disk failed.
    func recheck(_ hash: ContentHash, isDiskFault: Bool) {
        attempts[hash]?.isSettled = false
        let delay = isDiskFault ? attempts[hash]?.backoff.next() : nil
        attempts[hash]?.notBefore = .now + (delay ?? .zero)
        change.yield()
    }

    /// How many of the wanted pieces are on the disk, and how many are not.
    var counts: (held: Int, missing: Int) {
        let held = wanted.count { attempts[$0.sha256]?.isSettled ?? false }
        return (held, wanted.count - held)
    }

    /// Fetches until the task is cancelled.
    func run() async {
        for await _ in changes {
            while !Task.isCancelled, let audio = wanted.first(where: isDue) { await settle(audio) }
            awaitNextAttempt()
        }
        retry?.cancel()
    }

    // MARK: -

    private func isDue(_ audio: AudioReference) -> Bool {
        guard let tried = attempts[audio.sha256] else { return true }
        return !tried.isSettled && tried.notBefore <= .now
    }

    private func awaitNextAttempt() {
        retry?.cancel()
        let open = wanted.compactMap { attempts[$0.sha256] }.filter { !$0.isSettled }
        guard let next = open.map(\.notBefore).min() else { return }
        retry = Task { [change] in
            guard (try? await Task.sleep(until: next, clock: .continuous)) != nil else { return }
            change.yield()
        }
    }

    private func settle(_ audio: AudioReference) async {
        let hash = audio.sha256
        if attempts[hash] == nil { attempts[hash] = Attempts() }
        let task = Task { await bring(audio) }
        current = (hash, task)
        // The download ends with the fetcher: a node that stops must not wait for it.
        let outcome = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        current = nil
        switch outcome {
        case .brought:
            attempts[hash]?.isSettled = true
            attempts[hash]?.isGivenUp = false
            await report(.available(hash))
        case .overtaken:
            break
        case .unavailable(let problem):
            postpone(hash, because: problem)
        case .wrong(let problem):
            await store.discardPartial(of: audio)
            attempts[hash]?.wrong += 1
            guard let tried = attempts[hash], tried.wrong >= Self.wrongContentLimit else {
                return postpone(hash, because: problem)
            }
            attempts[hash]?.isGivenUp = true
            attempts[hash]?.notBefore = .now + Self.givenUpPause
            guard !tried.isGivenUp else { return }
            await report(.failed(hash, Reason(.contentCorrupt, problem)))
        }
    }

    private func postpone(_ hash: ContentHash, because problem: String) {
        guard let delay = attempts[hash]?.backoff.next() else { return }
        attempts[hash]?.notBefore = .now + delay
        logger.warning(
            "audio not fetched", metadata: ["sha256": "\(hash)", "problem": "\(problem)", "retry": "\(delay)"])
    }

    /// Room on the disk for `audio`: by what nobody wants, or else by what is less urgent, which is fetched again for its time.
    private func makeRoom(for audio: AudioReference) async -> Bool {
        let hashes = wanted.map(\.sha256)
        // What an earlier download left lies on the disk already.
        let bytes = max(0, audio.bytes - (await store.partialBytes(of: audio)))
        if await store.makeRoom(for: bytes, keeping: Set(hashes)) { return true }
        let upToIt = hashes.prefix { $0 != audio.sha256 } + [audio.sha256]
        let fits = await store.makeRoom(for: bytes, keeping: Set(upToIt))
        for less in wanted where attempts[less.sha256]?.isSettled ?? false {
            guard !store.holds(less) else { continue }
            attempts[less.sha256]?.isSettled = false
            await report(.evicted(less.sha256))
        }
        return fits
    }

    private enum Outcome: Sendable {
        case brought, overtaken
        case unavailable(String)
        case wrong(String)
    }

    private func bring(_ audio: AudioReference) async -> Outcome {
        if store.holds(audio) { return .brought }
        guard !addresses.isEmpty else { return .unavailable("no address of audio is known") }
        guard await makeRoom(for: audio) else {
            return .unavailable("the disk has no room for \(audio.bytes) bytes")
        }
        var outcome = Outcome.overtaken
        for address in addresses.filter({ $0 == proven }) + addresses.filter({ $0 != proven }) {
            do throws(DownloadFailure) {
                try await download("\(address)/\(audio.sha256).mp3", store.partialPath(of: audio.sha256), audio.bytes)
            } catch {
                if Task.isCancelled { return .overtaken }
                switch error {
                case .unavailable(let problem): outcome = .unavailable(problem)
                case .wrongContent(let problem): outcome = .wrong(problem)
                }
                continue
            }
            do throws(ContentStore.Fault) {
                try await store.adopt(audio)
                proven = address
                return .brought
            } catch {
                if Task.isCancelled { return .overtaken }
                if case .corrupt(let problem) = error {
                    outcome = .wrong(problem)
                } else {
                    outcome = .unavailable("\(error)")
                }
            }
        }
        return outcome
    }
}
