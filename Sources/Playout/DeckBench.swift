import Rendering
import RuntimeSupport
import Synchronization

/// Decks without threads: their segments are decoded on the thread of whoever asks, as far as there is room in their rings.
final class DeckBench: Sendable {
    /// Those that nobody has looked at yet.
    private let fresh = Locked<[Deck]>([])

    func take(_ deck: Deck) { fresh.withLock { $0.append(deck) } }

    fileprivate func takeFresh() -> [Deck] {
        fresh.withLock { decks in
            defer { decks = [] }
            return decks
        }
    }
}

/// Whoever decodes at a bench. Belongs to one thread.
struct DeckHand {
    private let bench: DeckBench
    private let owner: any Deck.Owner
    private var works: [Work] = []

    init(bench: DeckBench, owner: any Deck.Owner) {
        self.bench = bench
        self.owner = owner
    }

    /// Decodes for all decks until their rings are full or their segments at an end.
    mutating func work() {
        works += bench.takeFresh().map { Work($0) }
        works.removeAll { !$0.proceed(for: owner) }
    }

    /// What is under way for one deck: what `Deck.decode` does on a thread, without waiting.
    private final class Work {
        private let deck: Deck
        private var feed: DeckFeed?
        private var isPrimed = false
        /// Frames that the feed has prepared, and those of them that are in the ring.
        private var chunk = 0
        private var done = 0

        init(_ deck: Deck) { self.deck = deck }

        /// Decodes on; false when the deck is done with its ring.
        func proceed(for owner: any Deck.Owner) -> Bool {
            if deck.isCancelled.load(ordering: .relaxed) {
                owner.deck(deck, closed: nil)
                return false
            }
            do {
                try open(for: owner)
            } catch {
                deck.ring.finish()
                owner.deck(deck, closed: "\(error)")
                return false
            }
            while deck.ring.writable > 0 {
                if done == chunk {
                    guard let next = feed?.next() else {
                        finish(for: owner)
                        return false
                    }
                    (chunk, done) = (next, 0)
                }
                let count = min(chunk - done, deck.ring.writable)
                feed?.write(from: done, frames: count, to: deck.ring)
                done += count
                if !isPrimed, deck.ring.written >= Int64(deck.primeFrames) {
                    isPrimed = true
                    owner.deckIsPrimed(deck)
                }
            }
            return true
        }

        private func open(for owner: any Deck.Owner) throws {
            guard feed == nil else { return }
            let fresh = try DeckFeed(
                segments: deck.segments, rate: deck.rate, offset: deck.offset, relays: deck.relays, ledger: deck.ledger)
            owner.deck(deck, opened: fresh.channels, layout: fresh.layout)
            feed = consume fresh
        }

        private func finish(for owner: any Deck.Owner) {
            deck.ring.finish()
            if !isPrimed { owner.deckIsPrimed(deck) }
            owner.deck(deck, closed: feed?.failure)
        }
    }
}
