extension String {
    /// The number of terminal columns that the text takes.
    ///
    /// A letter with its marks, composed or not, takes one (as every Vietnamese letter does); ideographs and emoji take two.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The text without what a terminal would obey: control and format characters become U+FFFD, line ends spaces.
    var printable: String {
        var text = ""
        for character in self {
            if character.isNewline || character == "\t" {
                text.append(" ")
            } else if character.unicodeScalars.contains(where: { $0.obeyedByTerminals }) {
                text.append("\u{FFFD}")
            } else {
                text.append(character)
            }
        }
        return text
    }

    /// The text in at most `width` columns, with an ellipsis in place of what was cut.
    func truncated(to width: Int) -> String {
        guard displayWidth > width else { return self }
        guard width > 1 else { return width == 1 ? "…" : "" }
        var text = ""
        var taken = 0
        for character in self {
            let columns = character.displayWidth
            guard taken + columns < width else { break }
            text.append(character)
            taken += columns
        }
        return text + "…"
    }
}

extension Character {
    fileprivate var displayWidth: Int {
        var width = 0
        for scalar in unicodeScalars {
            if scalar == "\u{FE0F}" { return 2 }
            width = max(width, scalar.displayWidth)
        }
        return width
    }
}

extension Unicode.Scalar {
    fileprivate var obeyedByTerminals: Bool {
        switch properties.generalCategory {
        case .control: true
        // The bidirectional overrides reorder what stands around them.
        case .format: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        default: false
        }
    }

    fileprivate var displayWidth: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: break
        }
        if properties.isEmojiPresentation { return 2 }
        return Self.wide.contains { $0.contains(value) } ? 2 : 1
    }

    /// East Asian Width W and F of UAX #11, in whole blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
        0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x20000...0x3FFFD,
    ]
}
