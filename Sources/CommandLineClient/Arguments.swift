import ArgumentParser
import Broadcasting

/// Readers of arguments, whose errors say what to write.
enum Arguments {
    static func scope(_ text: String) throws -> Scope {
        guard let scope = Scope(text) else {
            let kinds = Scope.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                "'\(text)' is no scope: write KIND.NAME, the kind one of \(kinds), as commune.cam-giang"
            )
        }
        return scope
    }

    /// A scope of a list that files may stand beside.
    static func scopeAfterFiles(_ text: String) throws -> Scope {
        guard text.lowercased().hasSuffix(".mp3") else { return try scope(text) }
        throw ValidationError("'\(text)' is no scope: files come before --to")
    }

    static func node(_ text: String) throws -> NodeID {
        guard let node = NodeID(rawValue: text) else {
            throw ValidationError("'\(text)' is no name of a node: \(identifierRule)")
        }
        return node
    }

    static func programme(_ text: String) throws -> ProgrammeID {
        guard let programme = ProgrammeID(rawValue: text) else {
            throw ValidationError("'\(text)' is no name of a programme: \(identifierRule)")
        }
        return programme
    }

    static func broadcast(_ text: String) throws -> BroadcastID {
        guard let broadcast = BroadcastID(rawValue: text) else {
            throw ValidationError("'\(text)' is no id of a broadcast: loa broadcasts lists them")
        }
        return broadcast
    }

    static func bulletinClass(_ text: String) throws -> BulletinClass {
        guard let bulletinClass = BulletinClass(rawValue: text) else {
            throw ValidationError("'\(text)' is no class: write normal, priority or emergency")
        }
        return bulletinClass
    }

    /// `interrupt`, `duck`, or `duck:DB` with the gain of what is covered.
    static func covering(_ text: String) throws -> Covering {
        switch text {
        case "interrupt": return .interrupt
        case "duck": return .duck(decibels: standardDucking)
        default:
            guard text.hasPrefix("duck:"), let decibels = Double(text.dropFirst(5)), (-60.0...0.0).contains(decibels)
            else {
                throw ValidationError("'\(text)' is neither interrupt nor duck nor duck:DB with -60 to 0, as duck:-12")
            }
            return .duck(decibels: decibels)
        }
    }

    /// An idempotency key as the controller takes it.
    static func key(_ text: String) throws -> String {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ValidationError("a key has 1 to 128 visible characters of ASCII")
        }
        return text
    }

    /// What remains of covered sound when nobody says how much, in dB.
    static let standardDucking = -12.0

    private static let identifierRule = "1 to 64 of A-Z a-z 0-9 - _, a letter or digit first"
}
