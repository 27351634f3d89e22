/// A content line of iCalendar (RFC 5545, 3.1): a name, parameters and a value.
struct CalendarLine: Hashable, Sendable {
    /// In capitals.
    var name: String
    /// By their names in capitals.
    var parameters: [String: String] = [:]
    /// As it stands in the file; of type TEXT it is escaped.
    var value: String

    init(_ name: String, _ parameters: [String: String] = [:], _ value: String) {
        (self.name, self.parameters, self.value) = (name, parameters, value)
    }

    /// A line of type TEXT.
    init(_ name: String, text: String) {
        var value = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": value += "\\\\"
            case ";": value += "\\;"
            case ",": value += "\\,"
            case "\n": value += "\\n"
            default: if character.value >= 0x20 || character == "\t" { value.unicodeScalars.append(character) }
            }
        }
        self.init(name, [:], value)
    }

    /// The value of a line of type TEXT.
    var text: String {
        var text = ""
        var isEscaped = false
        for character in value {
            if isEscaped {
                text.append(character == "n" || character == "N" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                text.append(character)
            }
        }
        return text
    }

    /// Reads an unfolded line; nil when it is none.
    init?(_ line: Substring) {
        var rest = line
        func word(until ends: Set<Character>) -> String {
            let word = rest.prefix { !ends.contains($0) }
            rest = rest.dropFirst(word.count)
            return String(word)
        }
        name = word(until: [";", ":"]).uppercased()
        guard !name.isEmpty else { return nil }
        while rest.first == ";" {
            rest.removeFirst()
            let parameter = word(until: ["=", ";", ":"]).uppercased()
            guard rest.first == "=" else { return nil }
            rest.removeFirst()
            var value = ""
            // Several values, and quotes around one, within which anything may stand.
            while let next = rest.first, next != ";", next != ":" {
                if next == "\"" {
                    rest.removeFirst()
                    value += word(until: ["\""])
                    guard rest.first == "\"" else { return nil }
                    rest.removeFirst()
                } else {
                    value.append(next)
                    rest.removeFirst()
                }
            }
            parameters[parameter] = value
        }
        guard rest.first == ":" else { return nil }
        value = String(rest.dropFirst())
    }

    /// The line with its end, folded so that none has more than 75 bytes and no character is torn.
    var folded: String {
        var line = name
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            let needsQuotes = value.contains { ";:,".contains($0) }
            line += ";\(name)=" + (needsQuotes ? "\"\(value)\"" : value)
        }
        line += ":\(value)"
        var text = ""
        var bytes = 0
        for scalar in line.unicodeScalars {
            let size = UTF8.width(scalar)
            if bytes + size > 75 {
                text += "\r\n "
                bytes = 1
            }
            text.unicodeScalars.append(scalar)
            bytes += size
        }
        return text + "\r\n"
    }

    /// The lines of a file, unfolded; what is no line is left out.
    static func lines(of bytes: [UInt8]) -> [CalendarLine] {
        var unfolded: [UInt8] = []
        unfolded.reserveCapacity(bytes.count)
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let (newline, cr) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == newline || byte == cr else {
                unfolded.append(byte)
                continue
            }
            if byte == cr, index < bytes.count, bytes[index] == newline { index += 1 }
            if index < bytes.count, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t") {
                index += 1
            } else {
                unfolded.append(newline)
            }
        }
        return String(decoding: unfolded, as: UTF8.self).split(separator: "\n").compactMap { CalendarLine($0) }
    }
}
