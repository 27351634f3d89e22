/// The part of a file that a Range header asks for (RFC 9110, 14.2). Pure.
enum ByteRange: Hashable, Sendable {
    /// No range, one in another unit, several, or one that cannot be read: the whole file is sent.
    case whole
    case part(ClosedRange<Int>)
    /// Nothing of the file lies in it.
    case unsatisfiable

    init(header: String?, size: Int) {
        guard let header, header.hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]) else {
            self = .whole
            return
        }
        switch (first, last) {
        case (nil, nil): self = .whole
        case (nil, let suffix?):
            self = suffix == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - suffix)...(size - 1))
        case (let first?, let last):
            if let last, last < first {
                self = .whole
            } else {
                self = first < size ? .part(first...min(last ?? .max, size - 1)) : .unsatisfiable
            }
        }
    }

    /// nil where `text` is no number; a nil number where it is empty. A number too large to hold is the largest.
    private static func number(_ text: Substring) -> Int?? {
        let text = text.filter { $0 != " " }
        if text.isEmpty { return .some(nil) }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return .some(Int(text) ?? .max)
    }
}
