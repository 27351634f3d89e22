import Crypto
import FoundationEssentials

/// Words that nobody can guess, and how they are kept.
enum Secret {
    /// A token: 32 random bytes in base64url, with a prefix by which a leaked one is recognised.
    static func makeToken() -> String { "loa_\(base64URL(random(32)))" }

    /// `count` random bytes in hexadecimal digits: safe in every file and on every command line.
    static func makeHex(_ count: Int) -> String {
        random(count).map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()
    }

    static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// What the ledger keeps of a token. The token is random, so that a plain hash suffices.
    static func hash(of token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Compares without telling by its duration how much was equal.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }

    static func base64URL(_ bytes: some Sequence<UInt8>) -> String {
        String(
            Data(bytes).base64EncodedString().compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }

    /// A password as mosquitto's password file keeps it: PBKDF2 with HMAC-SHA-512 (RFC 8018), one block, 101 rounds.
    static func mosquittoHash(of password: String, salt: [UInt8] = random(12), rounds: Int = 101) -> String {
        let key = SymmetricKey(data: Array(password.utf8))
        var block = Array(HMAC<SHA512>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
        var sum = block
        for _ in 1..<rounds {
            block = Array(HMAC<SHA512>.authenticationCode(for: block, using: key))
            for index in sum.indices { sum[index] ^= block[index] }
        }
        return "$7$\(rounds)$\(Data(salt).base64EncodedString())$\(Data(sum).base64EncodedString())"
    }
}
