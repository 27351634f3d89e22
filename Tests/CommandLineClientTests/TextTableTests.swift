import Testing

@testable import CommandLineClient

@Suite struct TextTableTests {
    @Test(arguments: [
        ("", 0), ("loa", 3), ("Cẩm Giàng", 9), ("Ca\u{0302}\u{0309}m Gia\u{0300}ng", 9), ("thôn Ấp Mới", 11),
        ("ữ", 1), ("u\u{031B}\u{0303}", 1), ("日本", 4), ("한글", 4), ("🔊", 2), ("❤️", 2), ("👨‍👩‍👧", 2), ("zero\u{200B}", 4),
        ("ｆｕｌｌ", 8), ("·…–", 3),
    ])
    func `a text takes as many columns as a terminal gives it`(text: String, width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test(arguments: [
        ("Cẩm Giàng", 9, "Cẩm Giàng"), ("Cẩm Giàng", 8, "Cẩm Già…"),
        ("Ca\u{0302}\u{0309}m Giàng", 3, "Ca\u{0302}\u{0309}…"),
        ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("abc", 1, "…"), ("abc", 0, ""),
    ])
    func `a cut text keeps its letters whole and fits`(text: String, width: Int, expected: String) {
        #expect(text.truncated(to: width) == expected)
        #expect(text.truncated(to: width).displayWidth <= width)
    }

    @Test func `columns stand straight below Vietnamese, composed or not`() {
        var table = TextTable([.init("NODE"), .init("TITLE"), .init("VOLUME", .right), .init("STATE")])
        table.add(["cl-01", "thôn Cẩm Giàng", "-6.0 dB", "playing"])
        table.add(["cl-100", "a\u{0302}\u{0301}p Mới", "0.0 dB", "lost"])
        table.add(["cl-2", "日本"])
        #expect(
            table.lines() == [
                "NODE    TITLE            VOLUME  STATE",
                "cl-01   thôn Cẩm Giàng  -6.0 dB  playing",
                "cl-100  a\u{0302}\u{0301}p Mới           0.0 dB  lost",
                "cl-2    日本",
            ])
    }

    @Test func `a table shrinks what may shrink, to fit, and nothing without need`() {
        var table = TextTable([.init("ID"), .init("TITLE", shrinksTo: 8), .init("REASON", shrinksTo: 6)])
        table.add(["0123456789", String(repeating: "à", count: 40), String(repeating: "ô", count: 20)])
        #expect(table.lines(width: 74).allSatisfy { $0.displayWidth <= 74 })
        #expect(table.lines(width: 74)[1].contains("…") == false)
        for width in 28..<74 {
            #expect(table.lines(width: width).map(\.displayWidth).max() == width)
        }
        #expect(table.lines(width: 10)[1] == "0123456789  ààààààà…  ôôôôô…")
    }

    @Test func `nothing in a cell reaches the terminal as a command`() {
        var table = TextTable([.init("TITLE"), .init("X")])
        table.add(["red\u{1B}[31m\u{9B}2J", "a\nb\u{202E}c\r\nd\te"])
        #expect(table.lines()[1] == "red\u{FFFD}[31m\u{FFFD}2J  a b\u{FFFD}c d e")
    }
}
