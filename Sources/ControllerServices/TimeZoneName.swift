import Glibc

/// Names of the tz database. The controller computes with no zone itself: it only keeps slips of the pen from the nodes.
enum TimeZoneName {
    /// Where Debian's tzdata lies. Foundation is not asked: it knows no zone at all in a static build without ICU.
    static let database = "/usr/share/zoneinfo"

    /// Whether the tz database of this machine has a zone named `name`, as `Asia/Ho_Chi_Minh`.
    static func isKnown(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
        guard isPlain, name.utf8.count <= 64 else { return false }
        let descriptor = unsafe open("\(database)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var magic = [UInt8](repeating: 0, count: 4)
        guard unsafe read(descriptor, &magic, 4) == 4 else { return false }
        return magic == Array("TZif".utf8)
    }
}
