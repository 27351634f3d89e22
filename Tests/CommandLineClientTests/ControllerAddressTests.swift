import Testing

@testable import CommandLineClient

@Suite struct ControllerAddressTests {
    @Test(arguments: [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v1/audio"),
        ("http://127.0.0.1:8080///", "http://127.0.0.1:8080/api/v1/audio"),
        ("https://loa.example.vn/xa/", "https://loa.example.vn/xa/api/v1/audio"),
        ("http://[::1]:8080", "http://[::1]:8080/api/v1/audio"),
    ])
    func `paths go behind the address`(text: String, url: String) throws {
        #expect(try ControllerAddress(text).url("/api/v1/audio") == url)
    }

    @Test func `a query keeps Vietnamese, blanks and signs`() throws {
        let url = try ControllerAddress("http://h").url("/a", query: [("title", "Bão số 3 & 4?"), ("limit", "5")])
        #expect(url == "http://h/a?title=B%C3%A3o%20s%E1%BB%91%203%20%26%204%3F&limit=5")
    }

    @Test(arguments: ["", "127.0.0.1:8080", "ftp://host", "http://", "http://u:p@host", "http://host?x=1", "loa"])
    func `what is no address is told with what to write`(text: String) throws {
        let words = try #require(failure { try ControllerAddress(text) })
        #expect(words.contains("write http://HOST:PORT") || words.contains("give a token"))
        #expect(!words.contains("u:p"))
    }
}
