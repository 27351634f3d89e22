import ALSAPlayback
import AmplifierControl
import Glibc
import Logging
import RuntimeSupport
import Synchronization

/// The thread of what lies behind the samples: the amplifier's power, and the volume of the card itself.
///
/// Both are slow and may fail, so the mixer only says what is needed, and does not wait. How the card's volume and the gains
/// of the voices combine is told at `PlayerControl.OutputLevel`.
final class OutputControl {
    /// The shortest and the longest time between two attempts at what has failed, in milliseconds.
    private static let retries: ClosedRange<CInt> = 50...5000
    /// How long at most a mixer is waited for, in milliseconds: one that hangs plays nothing.
    private static let patience: CInt = 1000

    private let control: PlayerControl
    private let amplifier: (any AmplifierSwitch)?
    private let card: String
    private let element: String?
    /// The card's mixer, and the opening of the device that it belongs to.
    private var volume: HardwareVolume?
    private var opening: Int?
    private var isOn: Bool?
    private var isFailing = false
    private var retry = OutputControl.retries.lowerBound

    init(control: PlayerControl, configuration: PlayerConfiguration, amplifier: (any AmplifierSwitch)?) {
        self.control = control
        self.amplifier = amplifier
        card = HardwareVolume.card(of: configuration.device)
        element = configuration.mixerElement
    }

    /// Follows the mixer until it has ended; then switches the amplifier off.
    func run() {
        let port = control.port
        while true {
            let hasEnded = port.hasEnded.load(ordering: .acquiring)
            isFailing = false
            power(on: !hasEnded && port.needsAmplifier.load(ordering: .relaxed))
            if let element { level(element) }
            if hasEnded { return }
            var descriptor = pollfd(fd: port.output.descriptor, events: Int16(POLLIN), revents: 0)
            unsafe poll(&descriptor, 1, isFailing ? retry : -1)
            retry = isFailing ? min(retry * 2, Self.retries.upperBound) : Self.retries.lowerBound
            port.output.clear()
        }
    }

    private func power(on: Bool) {
        guard let amplifier, isOn != on else { return }
        do throws(AmplifierError) {
            try amplifier.set(on)
            isOn = on
            control.note(nil, about: .amplifier)
        } catch {
            isOn = nil
            isFailing = true
            control.note("The amplifier cannot be switched: \(error).", about: .amplifier)
        }
    }

    private func level(_ element: String) {
        // The mixer of a card that has gone stays dead when the card comes back.
        let present = control.opening
        if present != opening { volume = nil }
        opening = present
        guard let opening else { return }
        do throws(PCMError) {
            if volume == nil {
                let opened = try HardwareVolume(card: card, name: element)
                control.setOutputLevel(try opened.level(), highest: opened.range.upperBound, of: opening)
                volume = consume opened
            }
            if let wanted = control.wantedOutputLevel {
                let level = volume?.step(for: wanted) ?? 0
                if level > control.outputLevel {
                    control.prepareOutputLevel(level, of: opening)
                    settle()
                }
                try volume?.set(level)
                control.setOutputLevel(level, of: opening)
            }
            control.note(nil, about: .volume)
        } catch {
            volume = nil
            isFailing = true
            control.keepOutputLevel(of: opening)
            control.note("The card's volume cannot be set: \(error).", about: .volume)
        }
    }

    /// Waits until the loudspeaker has what the samples were told last.
    private func settle() {
        let port = control.port
        while port.isAwaited.load(ordering: .acquiring), !port.hasEnded.load(ordering: .relaxed) {
            var descriptor = pollfd(fd: port.output.descriptor, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&descriptor, 1, Self.patience) <= 0 { break }
            port.output.clear()
        }
        // Whatever else was signalled is still to be looked at.
        port.output.signal()
        let end = port.heardFrom.load(ordering: .relaxed) + Int64(PlayerControl.outputRamp * 1e9)
        let left = (end - MonotonicClock.nanoseconds) / 1_000_000 + 1
        if left > 0 { poll(nil, 0, CInt(clamping: left)) }
    }
}
