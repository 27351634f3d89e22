import ALSAPlayback
import Playout

extension LocalOutput {
    /// The level in dB below which a card counts as turned down.
    private static let leastLevel = -20.0

    /// What of the card's mixer is muted or turned down, and how to turn it up, for people; nil where nothing is, or the card has no
    /// mixer. The element that is turned for what is played is left out: it is put where it has to be, and unmuted, before a sound.
    public var volumeDoubt: String? {
        let card = HardwareVolume.card(of: device)
        guard let elements = try? HardwareVolume.playbackElements(of: card) else { return nil }
        let own = configuration.mixerElement.map { $0.hasSuffix(",0") ? String($0.dropLast(2)) : $0 }
        let doubtful = elements.filter { $0.name != own && ($0.isMuted || ($0.level ?? 0) < Self.leastLevel) }
        guard !doubtful.isEmpty else { return nil }
        let found = doubtful.map { element in
            let level = element.level.map { $0 < Self.leastLevel ? "at \($0) dB" : nil } ?? nil
            return "\(element.name) is "
                + [element.isMuted ? "muted" : nil, level].compactMap(\.self).joined(separator: ", ")
        }
        let commands = doubtful.map { element in
            "`amixer -D \(card) sset '\(element.name)'\(element.level == nil ? "" : " 0dB")\(element.isMuted ? " unmute" : "")`"
        }
        return "\(found.joined(separator: "; ")): little or nothing is heard of what goes through it. "
            + "\(commands.joined(separator: ", ")), or turn it up in `alsamixer -D \(card)`; then `alsactl store` keeps it"
    }
}
