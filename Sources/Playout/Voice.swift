import Rendering

/// What control knows of one voice.
struct Voice {
    /// A start that waits until enough is decoded.
    struct Wish {
        var start: PlayoutStart
        var ramp: Double
        /// Wall time of the call, in nanoseconds.
        var stamp: Int64
    }

    var request: VoiceRequest
    var deck: Deck
    /// The connections of its relays.
    let relays: VoiceRelays
    /// Where its segments lie, once they were looked at.
    var layout: VoiceLayout?
    var framesDue: Int64 = 0
    /// Whether the renderer knows the voice.
    var isAttached = false
    /// Whether it can start.
    var isPrimed = false
    var wasLoaded = false
    var hasStarted = false
    /// Whether its first frame has left the device.
    var wasHeard = false
    var wish: Wish?
    /// How it was first started.
    var firstWish: Wish?
    var isPaused = false
    /// Where and when it was paused, for its live edge.
    var pausedPosition: Int64 = 0
    var pausedAt: Int64 = 0
    var lastPosition: Int64 = 0
    /// Whether it has fallen silent since it was paused.
    var isSilent = false
    /// Frames of the deck of the moment that were heard.
    var lastHeard: Int64 = 0
    /// Frames of the decks before it that were heard.
    var heardBefore: Int64 = 0
    /// Frames that were left out to go on at the live edge.
    var skipped: Int64 = 0
    /// What became of the relays on the decks that are gone.
    var relayAccount: RelayAccount?
    var isStopping = false
    var failure: String?

    /// Whether it is heard now, or as soon as can be.
    var isSounding: Bool {
        hasStarted && !isPaused && !isStopping && (wasHeard || firstWish?.start == .now)
    }

    init(request: VoiceRequest, deck: Deck, relays: VoiceRelays) {
        self.request = request
        self.deck = deck
        self.relays = relays
    }

    /// The frame of all its segments that is frame `position` of the deck.
    func place(_ position: Int64) -> Int64 {
        position + Int64((deck.offset * Double(deck.rate)).rounded())
    }

    /// Frames from where the voice began, of `total` frames of all its segments.
    func due(_ total: Int64) -> Int64 {
        max(0, total - Int64((request.offset * Double(deck.rate)).rounded()))
    }

    /// Where it goes on if it was paused within a relay, in frames from the beginning of its segments.
    func relayEdge(at now: Int64) -> Int64? {
        guard isSilent, wasHeard, let layout else { return nil }
        let passed = Double(max(0, now - pausedAt)) / 1e9 * Double(deck.rate)
        return layout.liveEdge(of: place(pausedPosition), after: Int64(passed.rounded()))
    }

    /// Keeps what is known of the deck of the moment, of which `position` frames count as played, before it goes; nil forgets all.
    mutating func keep(_ position: Int64?) {
        guard let position else {
            (heardBefore, lastHeard, skipped, relayAccount) = (0, 0, 0, nil)
            return
        }
        heardBefore += lastHeard
        lastHeard = 0
        guard let account = deck.ledger.account(before: position, rate: deck.rate) else { return }
        var sum = relayAccount ?? RelayAccount()
        sum += account
        relayAccount = sum
    }

    /// What became of its relays, those of the deck of the moment left out.
    var account: RelayAccount? {
        guard var sum = relayAccount else { return nil }
        let troubles = relays.troubles
        sum.reconnects += troubles.reconnects
        sum.lastError = sum.lastError ?? troubles.lastError
        return sum
    }
}
