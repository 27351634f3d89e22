import Glibc
import MP3Decoding
import Rendering
import Resampling
import RuntimeSupport
import Synchronization

/// One voice in one slot of the renderer, with the thread that decodes it ahead of time.
///
/// The thread reads the files, brings them to the device's rate and writes them into the ring. It sleeps while the ring is
/// full: for half a second or so while the voice plays, and for good while it does not.
final class Deck: Sendable {
    /// What a deck tells its player, from its own thread.
    protocol Owner: AnyObject, Sendable {
        /// The files are open; the voice has so many channels and, as far as the files say, so many frames.
        func deck(_ deck: Deck, opened channels: Int, framesDue: Int64)
        /// There is enough in the ring to start.
        func deckIsPrimed(_ deck: Deck)
        /// The thread is done with the ring. `failure` is why it could not go on, if it could not.
        func deck(_ deck: Deck, closed failure: String?)
    }

    let slot: Int
    let ticket: UInt64
    let id: VoiceID
    let rate: Int
    /// Seconds at the beginning that are left out.
    let offset: Double
    /// Frames to have before the voice can start: the mixer fills the device's whole buffer at once.
    private let primeFrames: Int
    private let ring: FrameRing
    private let segments: [PlayoutSegment]
    private let wake: WakeUp
    private let isCancelled = Atomic<Bool>(false)
    private let isPlaying = Atomic<Bool>(false)

    init(
        slot: Int, ticket: UInt64, request: VoiceRequest, offset: Double, rate: Int, primeFrames: Int,
        ring: FrameRing
    ) throws(SystemError) {
        self.slot = slot
        self.ticket = ticket
        id = request.id
        segments = request.segments
        self.offset = offset
        self.rate = rate
        self.primeFrames = min(primeFrames, FrameRing.capacity / 2)
        self.ring = ring
        wake = try WakeUp()
    }

    /// Starts the thread, which keeps the deck and `owner` until it has reported `closed`.
    func begin(for owner: any Owner) throws(SystemError) {
        _ = try NamedThread(name: "loa-decoder", stackSize: 512 * 1024) {
            self.decode(for: owner)
        }
    }

    /// Tells the thread whether its frames are being played now.
    func setPlaying(_ playing: Bool) {
        isPlaying.store(playing, ordering: .relaxed)
        if playing { wake.signal() }
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
            var feed = try DeckFeed(segments: segments, rate: rate, offset: offset)
            owner.deck(self, opened: feed.channels, framesDue: feed.framesDue)
            var isPrimed = false
            while let chunk = try feed.next() {
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
                    if done < chunk { waitForRoom() }
                }
            }
            ring.finish()
            if !isPrimed { owner.deckIsPrimed(self) }
            owner.deck(self, closed: nil)
        } catch {
            ring.finish()
            owner.deck(self, closed: "\(error)")
        }
    }

    /// Sleeps until there is room for a batch, so that the thread seldom wakes.
    private func waitForRoom() {
        let batch = min(rate / 2, FrameRing.capacity / 2)
        while !isCancelled.load(ordering: .relaxed) {
            let missing = batch - ring.writable
            if missing <= 0 { return }
            var descriptor = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
            let patience = isPlaying.load(ordering: .relaxed) ? CInt(missing * 1000 / rate + 10) : -1
            unsafe poll(&descriptor, 1, patience)
            wake.clear()
        }
    }
}
