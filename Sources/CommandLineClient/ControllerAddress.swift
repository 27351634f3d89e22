import Foundation

/// Where a controller is: `http://HOST:PORT` or `https://HOST`, perhaps with a path before the API's own.
struct ControllerAddress: Hashable, Sendable {
    /// As it was given, without the slashes at its end.
    let text: String

    /// - Throws: `ClientError.usage`.
    init(_ text: String) throws {
        var trimmed = text
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        guard let components = URLComponents(string: trimmed), let scheme = components.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = components.host, !host.isEmpty
        else {
            throw ClientError.usage("'\(text)' is no address of a controller: write http://HOST:PORT or https://HOST")
        }
        guard components.user == nil, components.password == nil else {
            throw ClientError.usage("an address of a controller holds no user name or password: give a token")
        }
        guard components.query == nil, components.fragment == nil else {
            throw ClientError.usage("'\(text)' has more than scheme, host, port and path: write http://HOST:PORT")
        }
        self.text = trimmed
    }

    /// The address of `path`, which starts with a slash, with `query` behind it.
    func url(_ path: String, query: [(name: String, value: String)] = []) -> String {
        let pairs = query.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }
        return text + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// All but the unreserved characters of RFC 3986 as `%XX` of their UTF-8.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCII,
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-._~".contains(Character(scalar))
            {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }
}
