import Glibc

/// Which kind of address to try, for a broker that has both an IPv4 and an IPv6 address of which one may lead nowhere.
///
/// The library's connect that does not block tries one address only: the first. So after each failure the other family has its turn.
struct Route {
    private let hasBothFamilies: () -> Bool
    private var failures = 0

    /// The way to `host`, whose addresses are looked up after a failure.
    init(host: String) {
        self.init { Self.hasBothFamilies(host) }
    }

    init(hasBothFamilies: @escaping () -> Bool) {
        self.hasBothFamilies = hasBothFamilies
    }

    /// Nil for the system's preference, or the unspecified address of one family, to bind to.
    var family: String? {
        guard failures > 0, hasBothFamilies() else { return nil }
        return [nil, "0.0.0.0", "::"][failures % 3]
    }

    mutating func succeeded() { failures = 0 }
    mutating func failed() { failures += 1 }

    private static func hasBothFamilies(_ host: String) -> Bool {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return false }
        defer { unsafe freeaddrinfo(list) }
        var families: Set<CInt> = []
        var entry = unsafe list
        while let address = unsafe entry {
            unsafe families.insert(address.pointee.ai_family)
            unsafe entry = address.pointee.ai_next
        }
        return families.isSuperset(of: [AF_INET, AF_INET6])
    }
}
