import Testing

@testable import CommandLineClient

@Suite struct AccessTokenTests {
    @Test func `no way of showing a token shows its secret`() {
        let token = AccessToken("geheim-123")
        var dumped = ""
        dump(token, to: &dumped)
        for text in [
            "\(token)", String(describing: token), String(reflecting: token), dumped, "\([token])",
            "\(Optional(token) as Any)",
        ] {
            #expect(!text.contains("geheim"))
        }
    }

    @Test(arguments: [
        ("abc", true), ("a-b_c.d~e+f/g=", true), ("", false), ("a b", false), ("a\r\nX-Other: 1", false),
        ("tökén", false),
    ])
    func `a token is visible ASCII`(text: String, isWellFormed: Bool) {
        #expect(AccessToken(text).isWellFormed == isWellFormed)
    }
}
