import Testing
import YAMLReading

@Suite struct YAMLNodeTests {
    private func read(_ text: String) throws -> YAMLNode { try YAMLNode(Array(text.utf8)) }

    @Test func `values keep their order and their places`() throws {
        let node = try read("title: Xã\nitems:\n  - b: 1\n    a: [x, 2]\n")
        guard case .mapping(let entries) = node.content, case .list(let items) = entries[1].value.content,
            case .mapping(let item) = items[0].content, case .list(let pair) = item[1].value.content
        else {
            Issue.record("\(node)")
            return
        }
        #expect(entries.map(\.name) == ["title", "items"])
        #expect(entries[0].value.content == .scalar(.text("Xã")))
        #expect((entries[0].value.line, entries[0].value.column) == (1, 8))
        #expect(item.map(\.name) == ["b", "a"])
        #expect((item[1].line, item[1].column) == (4, 5))
        #expect(pair.map(\.content) == [.scalar(.text("x")), .scalar(.integer(2))])
        #expect((pair[1].line, pair[1].column) == (4, 12))
    }

    @Test(arguments: ["title: Xã\nb: 1\n", "# Xã\ntitle: 1\n", "---\na: 1\n", "a:\n  - x\n"])
    func `a byte order mark before the text changes nothing`(text: String) throws {
        let marked = [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        #expect("\(try YAMLNode(marked))" == "\(try read(text))")
    }

    @Test(
        arguments: [
            ("~", .null), ("null", .null), ("", .null), ("true", .boolean(true)), ("FALSE", .boolean(false)),
            ("yes", .text("yes")), ("12", .integer(12)), ("-3", .integer(-3)), ("+4", .integer(4)),
            ("0x1f", .integer(31)), ("0o17", .integer(15)), ("017", .integer(17)), ("1.5", .number(1.5)),
            ("-.5", .number(-0.5)), ("1.", .number(1)), ("2e3", .number(2000)), ("99999999999999999999", .number(1e20)),
            (".inf", .number(.infinity)), ("1e", .text("1e")), ("05:00", .text("05:00")), ("17:00", .text("17:00")),
            ("2026-11-23", .text("2026-11-23")), ("+", .text("+")), (".", .text(".")), ("0x", .text("0x")),
            ("0x-1", .text("0x-1")), ("infinity", .text("infinity")), ("\"12\"", .text("12")), ("''", .text("")),
        ] as [(String, YAMLNode.Scalar)])
    func `a scalar means what YAML 1.2 says`(text: String, meaning: YAMLNode.Scalar) throws {
        #expect(try read(text).content == .scalar(meaning))
    }

    @Test(
        arguments: [
            ("a: 1\na: 2\n", 2, 1, "twice"), ("a: &x 1\n", 1, 4, "anchor"), ("a: 1\n---\nb: 1\n", 2, 1, "second"),
            ("a:\n\t- b\n", 2, 1, "not with tabs"), ("[a]: 1\n", 1, 1, "a name"),
            ("à: @x\n", 1, 4, "into quotes"), ("a: Tin: b\n", 1, 7, "has a colon in it into quotes"),
            ("a:\n  - b\n c: 1\n", 3, 2, "is the line indented"), ("x: 1\na: [b,\nc: 1\n", 4, 1, "opens in line 2"),
            ("x: 1\na: \"b\n", 3, 1, "is the quote closed that opens in line 2?"),
            ("a: 1\nb: \u{1}\n", 2, 1, "UTF-8"),
        ])
    func `what is no plain YAML is refused, with its place`(text: String, line: Int, column: Int, words: String) {
        #expect { try read(text) } throws: { error in
            guard let error = error as? YAMLError else { return false }
            return (error.line, error.column) == (line, column) && error.description.contains(words)
        }
    }

    @Test func `depth has a bound`() {
        #expect { try read(String(repeating: "[", count: 10_000)) } throws: { "\($0)".contains("within each other") }
    }
}
