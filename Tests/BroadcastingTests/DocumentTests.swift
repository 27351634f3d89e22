import Broadcasting
import Crypto
import FoundationEssentials
import Testing

@Suite struct DocumentTests {
    @Test func `what was signed is what a node reads`() throws {
        let document = try Samples.document([Samples.broadcast()])
        let verifier = DocumentVerifier(keys: [Samples.signer.publicKey])
        let read = try verifier.verify(
            Samples.signer.sign(document).utf8, as: BroadcastsDocument.self, topic: document.topic)
        #expect(read.body == document.body)
        #expect(read.revision == document.revision)
        #expect(read.issuedAt == document.issuedAt)
    }

    @Test func `the encoding is stable to the byte`() throws {
        let json = String(decoding: try Wire.encode(Samples.document([Samples.broadcast()])), as: UTF8.self)
        #expect(
            json == """
                {"broadcasts":[{"audio":[{"bytes":48000,"duration":3.5,"gain":-2.25,"sha256":"\(String(repeating: "ab", count: 32))"}],\
                "class":"emergency","drill":false,"expires":"2026-11-21T04:15:00.000Z","id":"lu-lut-01","maximumDuration":63.5,\
                "over":"interrupt","priority":224,"start":"2026-11-21T03:15:00.000Z","title":"Cảnh báo lũ","volume":0,\
                "whenInterrupted":"restart"}],"issuedAt":"2026-11-21T03:14:59.500Z","revision":{"epoch":1,"number":7},\
                "topic":"loa/v1/scopes/commune.cam-giang/broadcasts"}
                """)
    }

    @Test func `any one bit changed is refused`() throws {
        let document = try Samples.document([Samples.broadcast()])
        let compact = Array(try Samples.signer.sign(document).utf8)
        let verifier = DocumentVerifier(keys: [Samples.signer.publicKey])
        for index in compact.indices {
            for bit in 0..<8 {
                var changed = compact
                changed[index] ^= 1 << bit
                #expect(throws: DocumentRefusal.self, "byte \(index), bit \(bit)") {
                    try verifier.verify(changed, as: BroadcastsDocument.self, topic: document.topic)
                }
            }
        }
    }

    @Test func `another key's signature is refused, also under the trusted key's name`() throws {
        let document = try Samples.document([Samples.broadcast()])
        let forger = DocumentSigner(key: Curve25519.Signing.PrivateKey())
        let verifier = DocumentVerifier(keys: [Samples.signer.publicKey])
        let forged = try forger.sign(document)
        #expect(throws: DocumentRefusal.unknownKey(forger.publicKey.kid)) {
            try verifier.verify(forged.utf8, as: BroadcastsDocument.self, topic: document.topic)
        }
        let honest = try Samples.signer.sign(document).split(separator: ".")
        let mixed = "\(honest[0]).\(honest[1]).\(forged.split(separator: ".")[2])"
        #expect(throws: DocumentRefusal.badSignature) {
            try verifier.verify(mixed.utf8, as: BroadcastsDocument.self, topic: document.topic)
        }
    }

    @Test func `a document moved to another topic is refused`() throws {
        let document = try Samples.document([Samples.broadcast()])
        let verifier = DocumentVerifier(keys: [Samples.signer.publicKey])
        let elsewhere = Topic.broadcasts(try #require(Scope("province.hai-duong")))
        let compact = try Samples.signer.sign(document)
        #expect(throws: DocumentRefusal.wrongTopic(Samples.topicName)) {
            try verifier.verify(compact.utf8, as: BroadcastsDocument.self, topic: elsewhere)
        }
    }

    @Test(arguments: [
        (#"{"alg":"none"}"#, ReasonCode.signatureUnsupported),
        (#"{"alg":"HS256","kid":"KID"}"#, .signatureUnsupported),
        (#"{"alg":"EdDSA","kid":"KID","crit":["b64"],"b64":false}"#, .signatureUnsupported),
        (#"{"kid":"KID"}"#, .documentMalformed),
        (#"not json"#, .documentMalformed),
        (#"{"alg":"EdDSA"}"#, .signatureUnknownKey),
    ])
    func `a header that asks for anything but EdDSA by a trusted key is refused`(header: String, code: ReasonCode)
        throws
    {
        let header = header.replacing("KID", with: Samples.signer.publicKey.kid)
        let payload = try Wire.encode(Samples.document([]))
        let input = "\(base64URL(Data(header.utf8))).\(base64URL(payload))"
        let signature = try Samples.key.signature(for: Data(input.utf8))
        let verifier = DocumentVerifier(keys: [Samples.signer.publicKey])
        #expect {
            try verifier.verifiedPayload("\(input).\(base64URL(signature))".utf8)
        } throws: { ($0 as? DocumentRefusal)?.code == code }
    }

    @Test(arguments: ["", ".", "..", "a.b", "a.b.c.d", "=.=.=", "Ab.Ab.Ab"])
    func `what is no compact JWS is refused`(text: String) {
        let verifier = DocumentVerifier(keys: [Samples.signer.publicKey])
        #expect { try verifier.verifiedPayload(text.utf8) } throws: {
            ($0 as? DocumentRefusal)?.code == .documentMalformed
        }
    }

    @Test func `a document that is larger than a document may be is refused unread`() {
        let verifier = DocumentVerifier(keys: [Samples.signer.publicKey])
        let flood = String(repeating: "A", count: DocumentVerifier.maximumBytes + 1)
        #expect { try verifier.verifiedPayload(flood.utf8) } throws: { "\($0)".contains("larger than") }
    }

    @Test func `a broadcast that cannot be read does not silence the others`() throws {
        let good = String(decoding: try Wire.encode(Samples.broadcast("good")), as: UTF8.self)
        let bad = good.replacing("\"good\"", with: "\"bad\"").replacing("\"emergency\"", with: "\"loudest\"")
        let json = """
            {"topic":"\(Samples.topicName)","revision":{"epoch":1,"number":1},"issuedAt":"2026-01-01T00:00:00Z",\
            "broadcasts":[\(bad),7,\(good)],"invented":true}
            """
        let read = try DocumentVerifier(keys: [Samples.signer.publicKey]).verify(
            Samples.signer.sign(payload: Data(json.utf8)).utf8, as: BroadcastsDocument.self,
            topic: try #require(Topic(Samples.topicName)))
        #expect(read.body.broadcasts.map(\.id.rawValue) == ["good"])
        #expect(read.body.unreadable.map(\.id) == ["bad", nil])
    }

    @Test(arguments: [
        ("\"bytes\":48000", "\"bytes\":10737418240"), ("\"bytes\":48000", "\"bytes\":0"),
        ("\"duration\":3.5", "\"duration\":-1"), ("\"gain\":-2.25", "\"gain\":90"),
        ("\"priority\":224", "\"priority\":112"), ("\"priority\":224", "\"priority\":256"),
        ("\"over\":\"interrupt\"", "\"over\":{\"duck\":3}"), ("\"id\":\"lu-lut-01\"", "\"id\":\"../../etc\""),
        ("\"maximumDuration\":63.5", "\"maximumDuration\":1e300"),
    ])
    func `a broadcast with a field out of range is refused`(field: String, lie: String) throws {
        let json = String(decoding: try Wire.encode(Samples.broadcast()), as: UTF8.self)
        #expect(json.contains(field))
        #expect(throws: DecodingError.self) {
            try Wire.decode(Broadcast.self, from: Data(json.replacing(field, with: lie).utf8))
        }
    }

    @Test func `a settings document survives the way through JSON`() throws {
        var settings = NodeSettings(
            scopes: [try #require(Samples.scope)], timeZone: "Asia/Ho_Chi_Minh",
            contentAddresses: ["http://127.0.0.1:8080/content"], trustedKeys: [Samples.signer.publicKey])
        settings.quietHours = [.init(from: "21:00", to: "05:00")]
        #expect(try Wire.decode(NodeSettings.self, from: Wire.encode(settings)) == settings)
    }

    @Test(arguments: [
        ("\"HH\"", "{\"from\":\"25:00\",\"to\":\"05:00\"}"), ("\"HH\"", "{\"from\":\"21:00\",\"to\":\"+5:00\"}"),
        ("\"HH\"", "{\"from\":\"21:00\"}"), ("KEY", "{}"), ("7200", "-1"), ("\"commune.a\"", "\"city.a\""),
    ])
    func `settings with a field that means nothing are refused`(field: String, lie: String) throws {
        let key = String(decoding: try Wire.encode(Samples.signer.publicKey), as: UTF8.self)
        let good = """
            {"scopes":["commune.a"],"timeZone":"Asia/Ho_Chi_Minh","quietHours":["HH"],"limits":{"maximumDuration":7200},\
            "contentAddresses":[],"trustedKeys":[KEY]}
            """
        func read(_ text: String) throws -> NodeSettings {
            let hours = "{\"from\":\"21:00\",\"to\":\"05:00\"}"
            let json = text.replacing("\"HH\"", with: hours).replacing("KEY", with: key)
            return try Wire.decode(NodeSettings.self, from: Data(json.utf8))
        }
        #expect(try read(good).quietHours == [.init(from: "21:00", to: "05:00")])
        #expect(throws: DecodingError.self) { try read(good.replacing(field, with: lie)) }
    }

    @Test func `a block of a programme has the case's name as its only key`() throws {
        let audio = try Samples.audio()
        let blocks: [Programme.Block] = [
            .chime(audio), .relay(url: "http://vov.example/1", duration: 600, fallback: audio),
            .relay(url: "http://vov.example/2", duration: 1, fallback: nil), .audio(audio), .pause(duration: 2),
        ]
        #expect(try Wire.decode([Programme.Block].self, from: Wire.encode(blocks)) == blocks)
        #expect(String(decoding: try Wire.encode(blocks[4]), as: UTF8.self) == #"{"pause":{"duration":2}}"#)
        for wrong in [#"{}"#, #"{"pause":{"duration":-1}}"#, #"{"gong":{}}"#, #"{"pause":{"duration":1},"chime":{}}"#] {
            #expect(throws: DecodingError.self) { try Wire.decode(Programme.Block.self, from: Data(wrong.utf8)) }
        }
    }

    private func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
