/// An element of a list that could not be read, and why. The rest of the list stands.
public struct UnreadableElement: Hashable, Sendable {
    public var index: Int
    /// The element's own id, where it has one.
    public var id: String?
    public var reason: String

    public init(index: Int, id: String?, reason: String) {
        self.index = index
        self.id = id
        self.reason = reason
    }
}

/// Reads a list element by element: what cannot be read is set aside with its reason.
struct LenientArray<Element: Decodable>: Decodable {
    private(set) var elements: [Element] = []
    private(set) var unreadable: [UnreadableElement] = []

    private struct Anything: Decodable {
        var id: String?
        private enum CodingKeys: String, CodingKey { case id }

        init(from decoder: any Decoder) throws {
            id = try? decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .id)
        }
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        while !container.isAtEnd {
            let index = container.currentIndex
            do {
                elements.append(try container.decode(Element.self))
            } catch {
                let skipped = try container.decode(Anything.self)
                unreadable.append(UnreadableElement(index: index, id: skipped.id, reason: plainWords(error)))
            }
        }
    }
}

/// The path and the words of a decoding error, without the type names.
public func plainWords(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func at(_ path: [any CodingKey], _ words: String) -> String {
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        return place.isEmpty ? words : "\(place): \(words)"
    }
    switch error {
    case .dataCorrupted(let context): return at(context.codingPath, context.debugDescription)
    case .keyNotFound(let key, let context): return at(context.codingPath, "\(key.stringValue) is missing")
    case .typeMismatch(_, let context): return at(context.codingPath, context.debugDescription)
    case .valueNotFound(_, let context): return at(context.codingPath, context.debugDescription)
    @unknown default: return "not readable"
    }
}
