/// The form of a stream's address.
enum RelayAddress {
    /// Whether `text` is `http://` or `https://` and more, without a blank or control character, at most 2,000 bytes.
    static func isWellFormed(_ text: String) -> Bool {
        let rest = text.hasPrefix("https://") ? text.dropFirst(8) : text.hasPrefix("http://") ? text.dropFirst(7) : ""
        return !rest.isEmpty && rest.first != "/" && text.utf8.count <= 2000
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
