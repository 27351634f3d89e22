import Glibc
import Relaying
import Rendering
import RuntimeSupport
import Synchronization

/// One voice in one slot of the renderer, with the thread that decodes it ahead of time.
///
/// The thread reads the segments, brings them to the device's rate and writes them into the ring. It sleeps while the ring is
/// full: for half a second or so while the voice plays, and for good while it does not.
final class Deck: Sendable {
    /// What a deck tells its player, from its own thread.
    protocol Owner: AnyObject, Sendable {
        /// The segments were looked at; the voice has so many channels, and the segments lie so as far as the files say.
        func deck(_ deck: Deck, opened channels: Int, layout: VoiceLayout)
        /// There is enough in the ring to start.
        func deckIsPrimed(_ deck: Deck)
        /// The thread is done with the ring. `failure` is why a part of the voice could not be played, if one could not.
        func deck(_ deck: Deck, closed failure: String?)
    }

    let slot: Int
    let ticket: UInt64
    let id: VoiceID
    let rate: Int
    /// Seconds at the beginning that are left out.
    let offset: Double
    /// What became of the relays among its segments.
    let ledger = RelayLedger()
    /// Frames to have before the voice can start: the mixer fills the device's whole buffer at once.
    let primeFrames: Int
    let ring: FrameRing
    let segments: [PlayoutSegment]
    let relays: VoiceRelays
    private let wake: WakeUp
    let isCancelled = Atomic<Bool>(false)
    private let isPlaying = Atomic<Bool>(false)
    /// The monotonic instant at which the voice is to start; nobody knows yet.
    private let startsAt = Atomic<Int64>(Int64.max)

    init(
        slot: Int, ticket: UInt64, request: VoiceRequest, offset: Double, rate: Int, primeFrames: Int,
        ring: FrameRing, relays: VoiceRelays
    ) throws(SystemError) {
        self.slot = slot
        self.ticket = ticket
        id = request.id
        segments = request.segments
        self.offset = offset
        self.rate = rate
        self.primeFrames = min(primeFrames, FrameRing.capacity / 2)
        self.ring = ring
        self.relays = relays
        wake = try WakeUp()
    }

    /// Starts the thread, which keeps the deck and `owner` until it has reported `closed`.
    func begin(for owner: any Owner) throws(SystemError) {
        relays.wake(wake)
        _ = try NamedThread(name: "loa-decoder", stackSize: 512 * 1024) {
            self.decode(for: owner)
        }
    }

    /// Tells the thread whether its frames are being played now.
    func setPlaying(_ playing: Bool) {
        isPlaying.store(playing, ordering: .relaxed)
        if playing { wake.signal() } else { relays.rest() }
    }

    /// Tells the thread at which monotonic instant the voice is to start: a stream that has not come by then is not waited for.
    func expect(startAt instant: Int64) {
        startsAt.store(instant, ordering: .relaxed)
        wake.signal()
    }

    /// Has the thread end soon.
    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        wake.signal()
    }

    /// Frames of the whole voice at the device's rate, once all is decoded.
    var framesWritten: Int64? { ring.length.map { $0 + Int64((offset * Double(rate)).rounded()) } }

    // MARK: - The thread

    private func decode(for owner: any Owner) {
        do {
            var feed = try DeckFeed(segments: segments, rate: rate, offset: offset, relays: relays, ledger: ledger)
            owner.deck(self, opened: feed.channels, layout: feed.layout)
            let patience = MonotonicClock.nanoseconds + Int64(relays.limits.answerTimeout.inSeconds * 1e9)
            var isPrimed = false
            while true {
                waitForStream(&feed, until: patience)
                // While a stream is away the ring is not filled with silence: what comes next is to be heard soon. And while little of
                // it has come, that is kept where it is, not made into a gap now.
                let isShort = feed.isShort()
                if isShort, isPrimed { waitForRoom(FrameRing.capacity - primeFrames - rate / 4, batch: rate / 20) }
                guard let chunk = feed.next(limit: isShort ? rate / 20 : Int.max) else { break }
                var done = 0
                while done < chunk {
                    let count = min(chunk - done, ring.writable)
                    if count > 0 {
                        feed.write(from: done, frames: count, to: ring)
                        done += count
                    }
                    if !isPrimed, ring.written >= Int64(primeFrames) {
                        isPrimed = true
                        owner.deckIsPrimed(self)
                    }
                    if isCancelled.load(ordering: .relaxed) {
                        owner.deck(self, closed: nil)
                        return
                    }
                    if done < chunk { waitForRoom(min(rate / 2, FrameRing.capacity / 2), batch: rate / 2) }
                }
            }
            ring.finish()
            if !isPrimed { owner.deckIsPrimed(self) }
            owner.deck(self, closed: feed.failure)
        } catch {
            ring.finish()
            owner.deck(self, closed: "\(error)")
        }
    }

    /// A voice that comes to a relay before it starts: what is heard of it should be new, so it is taken up shortly before the start; if
    /// the stream has not come by then, a little later still.
    ///
    /// - Parameter patience: when to go on though nobody has said when it starts.
    private func waitForStream(_ feed: inout DeckFeed, until patience: Int64) {
        guard feed.isAtRelay() else { return }
        while !isCancelled.load(ordering: .relaxed) {
            let start = startsAt.load(ordering: .relaxed)
            // Decoding and starting the device take their time as well.
            let lead: Int64 = feed.isWaiting() ? 500_000_000 : 1_500_000_000
            let left = (start == Int64.max ? patience : start - lead) - MonotonicClock.nanoseconds
            if left <= 0 { return }
            if start != Int64.max { relays.hurry() }
            sleep(milliseconds: Int(left / 1_000_000) + 1)
        }
    }

    /// Sleeps until there is room for so many frames, so that the thread seldom wakes; while it plays, no longer than they need.
    private func waitForRoom(_ room: Int, batch: Int) {
        while !isCancelled.load(ordering: .relaxed) {
            let missing = room - ring.writable
            if missing <= 0 { return }
            sleep(milliseconds: isPlaying.load(ordering: .relaxed) ? min(missing, batch) * 1_000 / rate + 10 : -1)
        }
    }

    private func sleep(milliseconds: Int) {
        var descriptor = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
        unsafe poll(&descriptor, 1, CInt(clamping: milliseconds))
        wake.clear()
    }
}
