import Broadcasting
import ControllerAPI

/// How audio is shown to people.
enum AudioView {
    static func table(_ items: [AudioItem], zone: LocalZone) -> TextTable {
        var table = TextTable([
            .init("SHA-256"), .init("TITLE", shrinksTo: 16), .init("LENGTH", .right), .init("SIZE", .right),
            .init("LOUDNESS", .right), .init("GAIN", .right), .init("ADDED"),
        ])
        for item in items {
            table.add([
                String(item.sha256.hex.prefix(shownDigits)), item.title, playingTimeText(item.duration),
                byteText(item.bytes), item.loudness.map { "\(decimalText($0, 1)) LUFS" } ?? "silent",
                "\(decimalText(item.gain, 1)) dB", zone.text(item.addedAt),
            ])
        }
        return table
    }

    static func lines(_ item: AudioItem) -> [String] {
        [
            item.sha256.hex,
            "\(item.title.printable): \(playingTimeText(item.duration)), \(byteText(item.bytes)), \(item.sampleRate) Hz, "
                + "\(item.channels == 1 ? "mono" : "stereo"), \(item.loudness.map { "\(decimalText($0, 1)) LUFS" } ?? "silent")",
        ]
    }

    /// How many digits of a hash a table shows; as many, if no other piece starts with them, name it in `loa broadcast`.
    static let shownDigits = 12
}
