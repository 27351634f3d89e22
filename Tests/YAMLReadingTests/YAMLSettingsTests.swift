import Testing
import YAMLReading

@Suite struct YAMLSettingsTests {
    private func read(_ text: String) throws -> [String: YAMLSettings.Value] {
        try YAMLSettings(Array(text.utf8)).values
    }

    @Test func `mappings become flat keys, scalars their text, and lists of scalars lists`() throws {
        let text = """
            # A node.
            node:
              id: cl-01
              state: "/var/lib/l\\u00f4a"
            mqtt: {host: 'it''s', port: 1883, tls: {ca: /etc/ca.pem}}
            trust:
              keys:
                - "abc"
                - def
            content: {addresses: []}
            device.name: default
            long: >-
              two
              lines
            """
        #expect(
            try read(text) == [
                "node.id": .scalar("cl-01"), "node.state": .scalar("/var/lib/lôa"), "mqtt.host": .scalar("it's"),
                "mqtt.port": .scalar("1883"), "mqtt.tls.ca": .scalar("/etc/ca.pem"),
                "trust.keys": .list(["abc", "def"]), "content.addresses": .list([]), "device.name": .scalar("default"),
                "long": .scalar("two lines"),
            ])
    }

    @Test(arguments: ["", "\n\n", "# nothing\n", "---\n", "~\n", "a:\n", "a: ~\n", "a: null\nb: {}\n"])
    func `a text without values holds none`(text: String) throws {
        #expect(try read(text).isEmpty)
    }

    @Test func `what is quoted is text, even when it is nothing`() throws {
        #expect(try read("a: \"\"\nb: 'null'\n") == ["a": .scalar(""), "b": .scalar("null")])
    }

    @Test(
        arguments: [
            ("a: 1\na: 2\n", 2, 1, "twice"),
            ("a: {b: 1}\na.b: 2\n", 2, 1, "twice"),
            ("a: &x 1\n", 1, 4, "anchor"),
            ("b: *x\n", 1, 4, "alias"),
            ("a: !!int 1\n", 1, 4, "tag"),
            ("a: !mine {b: 1}\n", 1, 4, "tag"),
            ("a:\n  - {b: 1}\n", 2, 5, "plain values"),
            ("a:\n  - [1]\n", 2, 5, "plain values"),
            ("- a\n", 1, 1, "name: value"),
            ("word\n", 1, 1, "name: value"),
            ("[a]: 1\n", 1, 1, "a name"),
            ("? {a: b}\n: 1\n", 1, 3, "a name"),
            ("a: 1\n---\nb: 1\n", 2, 1, "second document"),
            ("a: 1\n b: 2\n", 2, 3, "mapping"),
            ("a:\n\t- b\n", 2, 1, "token"),
            ("a: \"b\n", 2, 1, "end of stream"),
            ("a: [b\n", 2, 1, "','"),
        ])
    func `what is not understood is refused, with its place`(text: String, line: Int, column: Int, words: String) {
        #expect { try read(text) } throws: { error in
            guard let error = error as? YAMLError else { return false }
            return (error.line, error.column) == (line, column) && error.description.contains(words)
        }
    }

    @Test func `bytes that are no text are refused, with their line`() {
        #expect { try YAMLSettings(Array("a: 1\nb: ".utf8) + [0xff, 0xfe, 0x0a]) } throws: { error in
            (error as? YAMLError)?.line == 2
        }
    }

    @Test func `depth and length have bounds`() {
        let deep = (0..<YAMLSettings.maximumDepth + 1).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect { try read(deep + String(repeating: " ", count: 40) + "b: 1\n") } throws: { "\($0)".contains("within") }
        #expect { try read(String(repeating: "{a: ", count: 100_000)) } throws: { $0 is YAMLError }
        #expect { try YAMLSettings(Array(repeating: 0x20, count: YAMLSettings.maximumBytes + 1)) } throws: {
            $0 is YAMLError
        }
    }

    @Test func `any change of one byte is read or refused`() {
        let text = Array("a: {b: [1, 'x'], c: \"\\u00f4\"}\nd:\n  - e\n  - f\ng: |\n  h\n".utf8)
        var refused = 0
        for position in text.indices {
            for byte in [UInt8(0), 9, 0x0a, 0x21, 0x22, 0x26, 0x2a, 0x3a, 0x5b, 0x7b, 0xff] {
                var changed = text
                changed[position] = byte
                do { _ = try YAMLSettings(changed) } catch { refused += 1 }
            }
        }
        #expect(refused > text.count)
    }
}
