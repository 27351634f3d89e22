/// One element of a card's mixer that sound passes on its way out, as it is set now.
public struct PlaybackElement: Sendable, Hashable {
    /// As `amixer` lists it; `Speaker,1` is the second of that name.
    public var name: String
    /// The level of its softest channel in dB; nil where it has none, or tells no decibels.
    public var level: Double?
    /// Whether a channel of it is switched off.
    public var isMuted: Bool

    /// Words in the names of what only lets an input be heard, after the kernel's Documentation/sound/designs/control-names.rst.
    private static let inputs: Set<Substring> = [
        "Mic", "Microphone", "CD", "Aux", "Video", "Phone", "Beep", "Sidetone", "Loopback", "Capture", "Input", "In",
        "ADC",
    ]

    /// Whether it lies between an input and the output, where a card is mute as a rule.
    var isMonitor: Bool {
        // Without the number of a second element of the name.
        let plain = name.prefix { $0 != "," }
        return plain == "Line" || plain.split(separator: " ").contains(where: Self.inputs.contains)
    }
}
