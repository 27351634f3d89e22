import AmplifierControl
import Logging
import Rendering
import RuntimeSupport
import Synchronization

/// What lies behind the samples: the card's own volume, and the amplifier.
extension PlayerControl {
    /// How the volume of the card and the gains of the voices combine.
    ///
    /// The gain of a voice, as the caller gives it, is what the listener gets. Where the card has a volume of its own, the
    /// greatest gain among the voices that sound is set there, so that the samples keep their bits and what is quiet
    /// stays free of the card's hiss; the rest of each voice's gain, usually nothing, is done to its samples. An emergency so
    /// raises the card for as long as it sounds, and what starts at an instant does as soon as that is ordered. Nothing is ever louder
    /// than was asked, not even for a moment: before the card is turned up the samples are turned down, and after it was turned down they
    /// are turned up. What is to be louder than the card was goes up in a line after that, and not with the card's own step. A card that
    /// comes back is another one, and counts as at its highest until it has been asked.
    struct OutputLevel {
        /// What the card contributes to every gain, in dB; 0 where it has no volume.
        var card = 0.0
        /// What it contributes still, while the samples are made ready for `card`, which is more.
        var rising: Double?
        /// The most that it can contribute, as far as is known.
        var highest = 0.0
        /// How often the device has been opened.
        var openings = 0
        /// What it should contribute, once something has sounded.
        var wanted: Double?
    }

    /// How long the samples take to make up for what the card contributes, in seconds.
    static let outputRamp = 0.005

    /// What the card contributes to every gain, in dB.
    var outputLevel: Double { state.withLock { $0.output.card } }

    /// What the card should contribute.
    var wantedOutputLevel: Double? { state.withLock { $0.output.wanted } }

    /// Which opening of the device the card's volume is about; nil while there is none.
    var opening: Int? { state.withLock { $0.status.state == .idle ? $0.output.openings : nil } }

    /// Takes note of what the card contributes from now on, and has the samples make up for it. A card of another opening is none of
    /// this one's.
    ///
    /// - Parameter highest: the most that it can contribute, where that was asked.
    func setOutputLevel(_ decibels: Double, highest: Double? = nil, of opening: Int) {
        state.withLock { state in
            guard state.output.openings == opening, state.status.state == .idle else { return }
            if let highest { state.output.highest = highest }
            state.status.cardVolume = decibels
            follow(decibels, ramp: Self.outputRamp, &state)
        }
    }

    /// Has the samples make up for what the card is about to contribute, more than now: once it does, all is as loud as before. What should
    /// be louder waits until `setOutputLevel`.
    func prepareOutputLevel(_ decibels: Double, of opening: Int) {
        state.withLock { state in
            guard state.output.openings == opening, state.status.state == .idle else { return }
            follow(decibels, rising: state.output.card, ramp: Self.outputRamp, &state)
        }
    }

    /// The card did not follow. The samples stay ready for it to do so, for nobody knows whether it has; what waits for it is no longer
    /// held back.
    func keepOutputLevel(of opening: Int) {
        state.withLock { state in
            guard state.output.openings == opening, state.output.rising != nil else { return }
            follow(state.output.card, ramp: Self.outputRamp, &state)
        }
    }

    /// The card has gone, and nobody knows at which level it comes back.
    func forgetOutputLevel(_ state: inout State) {
        guard configuration.mixerElement != nil else { return }
        state.status.cardVolume = nil
        // Nobody hears the step.
        follow(state.output.highest, ramp: 0, &state)
    }

    /// Has the samples make up for what the card contributes.
    private func follow(_ decibels: Double, rising: Double? = nil, ramp: Double, _ state: inout State) {
        guard state.output.card != decibels || state.output.rising != rising else { return }
        state.output.card = decibels
        state.output.rising = rising
        for voice in state.voices.values where voice.pass.isAttached {
            send(.level, voice, ramp: RampShape(frames: frames(ramp, state), curve: .linear), &state)
        }
        port.isAwaited.store(true, ordering: .releasing)
        wakeMixer(&state)
    }

    /// Finds the greatest gain among what sounds, and has the card set to it.
    func reviewOutput(_ state: inout State) {
        guard configuration.mixerElement != nil else { return }
        let gains = state.voices.values.filter(\.isSounding).map(\.request.gain)
        guard let wanted = gains.max(), wanted.isFinite, wanted != state.output.wanted else { return }
        state.output.wanted = wanted
        port.output.signal()
    }

    /// The factor that the samples of a voice are given.
    ///
    /// A card that is lower than it should be, as before an emergency, is on its way up. Samples that made up for that in the meantime would
    /// only run into the limiter, which would hold the sound down long after the card is up.
    func factor(_ voice: Voice, _ state: State) -> Float {
        let gain = voice.request.gain
        let most = max(gain, 0) + (state.output.rising.map { $0 - state.output.card } ?? 0)
        return Float(Decibels.factor(min(gain - state.output.card, most)))
    }

    /// Says what is wrong with a part, or that nothing is.
    func note(_ fault: String?, about part: OutputPart) {
        state.withLock { state in
            guard state.outputFaults[part] != fault else { return }
            state.outputFaults[part] = fault
            if let fault {
                logger.error("output fault", metadata: ["reason": "\(fault)"])
                emit(.outputFault(part, fault), &state)
            } else {
                logger.info("output is well again", metadata: ["part": "\(part)"])
                emit(.outputRestored(part), &state)
            }
        }
    }
}
