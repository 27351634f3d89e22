/// The secret by which the controller knows who asks. No message, log or dump shows it.
struct AccessToken: Hashable, Sendable {
    /// What goes into `Authorization: Bearer`.
    let secret: String

    init(_ secret: String) { self.secret = secret }

    /// Whether a header can carry it: visible ASCII, at least one character.
    var isWellFormed: Bool { !secret.isEmpty && secret.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "(token)" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
