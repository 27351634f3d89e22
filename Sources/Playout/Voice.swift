import Rendering

/// What control knows of one voice.
struct Voice {
    /// How it is to begin, or to go on.
    struct Wish {
        var start: PlayoutStart
        /// Seconds of the fade; nil for what fits the place where it begins.
        var ramp: Double?
        /// Wall time of the call, in nanoseconds.
        var stamp: Int64
        /// Why it starts at that instant, if it goes on at its live edge.
        var edge: Edge?
    }

    /// How a live edge was chosen.
    struct Edge {
        var point: ResumePoint
        /// How far ahead its instant was, in nanoseconds.
        var lead: Int64
    }

    /// What there is of one deck. A voice that goes on elsewhere than where it stopped, or at another rate, is given a new one.
    struct Pass {
        let deck: Deck
        /// Whether the renderer knows it.
        var isAttached = false
        /// Whether it can start.
        var isPrimed = false
        /// How the renderer was told to start it, once it was.
        var order: Wish?
        /// Frames of the deck that have passed, as reported last.
        var position: Int64 = 0
        /// When that was, on the monotonic clock.
        var reported: Int64 = 0
        /// What was heard of it, as reported last, its relays left out.
        var tally = VoiceTally()
    }

    /// A silence in the midst of the voice.
    struct Rest {
        /// Where it fell silent, in seconds from the beginning of its segments.
        var place: Double
        /// Since when, on the monotonic clock.
        var since: Int64
    }

    var request: VoiceRequest
    /// The connections of its relays.
    let relays: VoiceRelays
    /// Where its segments lie at its deck's rate, once they were looked at.
    var layout: VoiceLayout?
    var framesDue: Int64 = 0
    var pass: Pass
    /// What was heard of the decks that are gone.
    private(set) var past = VoiceTally()
    var wasLoaded = false
    var hasStarted = false
    /// Whether its first frame has left the device.
    var wasHeard = false
    /// Whether it was silent for some frames because its decoder came too late.
    var hasGap = false
    /// A start that waits until enough is decoded.
    var wish: Wish?
    /// Whether the caller wants it to be silent.
    var isPaused = false
    /// Since it has fallen silent, or has been told to wait before it was heard, until it is heard.
    var rest: Rest?
    var isStopping = false
    var failure: String?

    init(request: VoiceRequest, deck: Deck, relays: VoiceRelays) {
        self.request = request
        self.relays = relays
        pass = Pass(deck: deck)
    }

    var deck: Deck { pass.deck }

    /// Whether it is heard now, or will be without any further word.
    var isSounding: Bool {
        !isPaused && !isStopping && (wasHeard || pass.order != nil)
    }

    /// Where it has come to, as reported last, in seconds from the beginning of its segments.
    var place: Double { deck.offset + Double(pass.position) / Double(deck.rate) }

    /// Frames at its deck's rate.
    func frames(_ seconds: Double) -> Int64 { Int64((seconds * Double(deck.rate)).rounded()) }

    /// Frames from where the voice began, of `total` frames of all its segments.
    func due(_ total: Int64) -> Int64 { max(0, total - frames(request.offset)) }

    /// Frames that left the device.
    var heard: Int64 { past.heard + pass.tally.heard }

    /// What was heard of it.
    var tally: VoiceTally {
        var tally = pass.tally
        tally.relay = deck.ledger.account(before: pass.position, rate: deck.rate)
        return past + tally
    }

    /// The frame of its segments at which it goes on at an instant of the monotonic clock; nil where that is the one at which it fell
    /// silent: nothing is missed there, or it is not silent yet.
    func liveEdge(at instant: Int64, from point: ResumePoint) -> Int64? {
        guard let rest, wasHeard else { return nil }
        let (place, passed) = (frames(rest.place), frames(Double(max(0, instant - rest.since)) / 1e9))
        return switch point {
        case .beginning: nil
        case .heard: layout?.relayEdge(of: place, after: passed)
        case .liveEdge: min(place + passed, layout?.frames ?? Int64.max)
        }
    }

    /// Takes note of what the renderer reports of its deck, as it was at an instant of the monotonic clock.
    mutating func note(_ event: RenderEvent, at instant: Int64) {
        pass.position = event.position
        pass.reported = instant
        pass.tally.heard = event.heard
        pass.tally.underrun = event.underrun
        pass.tally.peak = event.peak
    }

    /// It is heard.
    mutating func endRest() {
        guard let rest = rest.take() else { return }
        pass.tally.skipped += frames(place) - frames(rest.place)
    }

    /// Goes on with `deck`.
    mutating func change(to deck: Deck) {
        let old = self.deck.rate
        past = tally
        pass = Pass(deck: deck)
        guard deck.rate != old else { return }
        past = past.converted(from: old, to: deck.rate)
        framesDue = framesDue * Int64(deck.rate) / Int64(old)
        layout = nil
    }

    /// Forgets what was heard, to begin anew.
    mutating func forgetPast() { past = VoiceTally() }

    /// How it has ended.
    func end(_ completion: VoiceEnd.Completion) -> VoiceEnd {
        var tally = tally
        if var relay = tally.relay {
            let troubles = relays.troubles
            relay.reconnects += troubles.reconnects
            relay.lastError = relay.lastError ?? troubles.lastError
            tally.relay = relay
        }
        return VoiceEnd(completion, framesDue: framesDue, rate: deck.rate, tally)
    }
}
