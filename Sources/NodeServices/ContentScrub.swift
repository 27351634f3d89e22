import Broadcasting
import RuntimeSupport

/// Compares the audio on the disk with its hashes again, each piece once a week, so that a disk that loses bits is noticed
/// before the audio is due, and the audio is fetched anew.
struct ContentScrub: Sendable {
    /// Seconds after which a comparison is old.
    static let age = 7.0 * 86_400
    /// Time between two looks for what is old.
    static let interval = Duration.seconds(3600)

    let store: ContentStore
    /// Told of each piece that could not be confirmed; what was corrupt has been deleted.
    let report: @Sendable (ContentHash, ContentStore.Fault) async -> Void

    /// Looks each hour, until the task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: Self.interval, tolerance: Self.interval / 4)) != nil { await scrub() }
    }

    /// Compares all that is old, one piece after the other, each once: what the clock does meanwhile makes none of them old again.
    /// What the disk will not give is left for the next look.
    func scrub() async {
        var compared: Set<ContentHash> = []
        while !Task.isCancelled,
            let hash = await store.stalest(olderThan: Self.age, now: Timestamp(nanoseconds: WallClock.nanoseconds)),
            compared.insert(hash).inserted
        {
            do throws(ContentStore.Fault) {
                try await store.scrub(hash)
            } catch {
                if Task.isCancelled { return }
                await report(hash, error)
                if case .storage = error { return }
            }
        }
    }
}
