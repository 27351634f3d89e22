import Broadcasting
import Crypto
import FoundationEssentials

/// The controller's private key on disk: a JWK (RFC 8037), readable by its owner alone.
enum SigningKeyFile {
    private struct JWK: Codable {
        var kty = "OKP"
        var crv = "Ed25519"
        var kid: String
        var x: String
        var d: String
    }

    /// Draws a key and writes it to `path`, which must not exist.
    static func create(_ path: String) throws -> DocumentSigner {
        let key = Curve25519.Signing.PrivateKey()
        let signer = DocumentSigner(key: key)
        let jwk = JWK(
            kid: signer.publicKey.kid, x: signer.publicKey.x, d: Secret.base64URL(key.rawRepresentation))
        try PrivateFile.create(path, text: String(decoding: Wire.encode(jwk), as: UTF8.self) + "\n")
        return signer
    }

    /// Reads the key at `path`.
    ///
    /// - Throws: `ConfigurationError` where it is missing, open to others, or no key.
    static func load(_ path: String) throws -> DocumentSigner {
        guard let mode = PrivateFile.mode(of: path) else {
            throw ConfigurationError(text: "\(path) is missing: without the signing key no node obeys")
        }
        guard mode & 0o077 == 0 else {
            throw ConfigurationError(
                text: "\(path) can be read by others (mode \(String(mode, radix: 8))): run chmod 600 \(path)")
        }
        let text = try PrivateFile.read(path)
        guard let jwk = try? Wire.decode(JWK.self, from: Data(text.utf8)), jwk.kty == "OKP", jwk.crv == "Ed25519",
            let seed = Data(base64Encoded: padded(jwk.d)),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { throw ConfigurationError(text: "\(path) holds no Ed25519 key (JWK)") }
        let signer = DocumentSigner(key: key)
        guard signer.publicKey.x == jwk.x else {
            throw ConfigurationError(text: "\(path) is damaged: its public part does not fit its private part")
        }
        return signer
    }

    private static func padded(_ base64URL: String) -> String {
        var text = ""
        for character in base64URL {
            switch character {
            case "-": text.append("+")
            case "_": text.append("/")
            default: text.append(character)
            }
        }
        while text.utf8.count % 4 != 0 { text.append("=") }
        return text
    }
}
