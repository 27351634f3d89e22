import Broadcasting
import Foundation
import Testing

/// Asks a JOSE library that knows nothing of ours (Debian's python3-jwcrypto).
@Suite struct JOSETests {
    @Test func `an independent JOSE library verifies a document and finds the same key name`() throws {
        let document = try Samples.document([Samples.broadcast()])
        let script = """
            import json, sys
            from jwcrypto import jwk, jws
            given = json.load(sys.stdin)
            key = jwk.JWK(**given["key"])
            token = jws.JWS()
            token.allowed_algs = ["EdDSA"]
            token.deserialize(given["compact"], key)
            print(json.dumps({"kid": key.thumbprint(), "header": token.jose_header["kid"], "payload": token.payload.decode()}))
            """
        let given = Given(key: Samples.signer.publicKey, compact: try Samples.signer.sign(document))
        let answer = try Wire.decode(Answer.self, from: run(script, input: Wire.encode(given)))
        #expect(answer.kid == Samples.signer.publicKey.kid)
        #expect(answer.header == Samples.signer.publicKey.kid)
        #expect(Data(answer.payload.utf8) == (try Wire.encode(document)))
    }

    @Test func `a document that an independent JOSE library signed is obeyed`() throws {
        let script = """
            import json, sys
            from jwcrypto import jwk, jws
            key = jwk.JWK.generate(kty="OKP", crv="Ed25519")
            token = jws.JWS(sys.stdin.read())
            token.add_signature(key, None, json.dumps({"alg": "EdDSA", "kid": key.thumbprint()}), None)
            print(json.dumps({"x": json.loads(key.export_public())["x"], "compact": token.serialize(compact=True)}))
            """
        let document = try Samples.document([Samples.broadcast()])
        let signed = try Wire.decode(Signed.self, from: run(script, input: Wire.encode(document)))
        let key = try #require(PublicKey(base64URL: signed.x))
        let read = try DocumentVerifier(keys: [key]).verify(
            signed.compact.utf8, as: BroadcastsDocument.self, topic: document.topic)
        #expect(read.body == document.body)
    }

    private struct Given: Encodable {
        var key: PublicKey
        var compact: String
    }

    private struct Answer: Decodable {
        var kid: String
        var header: String
        var payload: String
    }

    private struct Signed: Decodable {
        var x: String
        var compact: String
    }

    private func run(_ script: String, input: Data) throws -> Data {
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/python3")
        python.arguments = ["-c", script]
        let (stdin, stdout) = (Pipe(), Pipe())
        python.standardInput = stdin
        python.standardOutput = stdout
        try python.run()
        try stdin.fileHandleForWriting.write(contentsOf: input)
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        python.waitUntilExit()
        #expect(python.terminationStatus == 0)
        return output
    }
}
