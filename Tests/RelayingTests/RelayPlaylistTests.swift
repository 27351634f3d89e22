import Testing

@testable import Relaying

/// Which addresses a playlist gives.
@Suite struct RelayPlaylistTests {
    private let base = "https://radio.example/live/list.m3u"

    @Test func `an M3U list gives its addresses in order, those relative to its own among them`() throws {
        let text =
            "#EXTM3U\r\n#EXTINF:-1,VOV1\r\nhttp://one.example:8000/vov1\r\n\r\n  two \r\n/three?a=b\r\nftp://no.example/\r\n"
        #expect(
            try RelayPlaylist.addresses(in: text, base: base) == [
                "http://one.example:8000/vov1", "https://radio.example/live/two", "https://radio.example/three?a=b",
            ])
    }

    @Test func `a PLS list gives its files`() throws {
        let text = "[playlist]\nNumberOfEntries=2\nFile1=http://one.example/a\nTitle1=A\nLength1=-1\nfile2 = /b\n"
        #expect(
            try RelayPlaylist.addresses(in: text, base: base) == ["http://one.example/a", "https://radio.example/b"])
    }

    @Test(arguments: [
        ("#EXTM3U\n#EXT-X-TARGETDURATION:10\nchunk1.ts\n", RelayError.hls), ("#EXTM3U\n", .emptyPlaylist),
        ("", .emptyPlaylist), ("\n <!DOCTYPE html>\n<p>\nlogin\n", .webPage),
        ("file:///etc/passwd\ngopher://x/\n", .emptyPlaylist),
    ])
    func `what holds no stream is refused with its reason`(text: String, error: RelayError) {
        #expect(throws: error) { try RelayPlaylist.addresses(in: text, base: base) }
    }

    @Test func `no more addresses than a few are taken`() throws {
        let text = (0..<1_000).map { "http://host\($0).example/\n" }.joined()
        #expect(try RelayPlaylist.addresses(in: text, base: base).count == RelayPlaylist.maximumEntries)
    }

    @Test(arguments: [
        ("audio/x-mpegurl", "http://a/x", true), ("application/vnd.apple.mpegurl", "http://a/x", true),
        ("audio/x-scpls", "http://a/x", true), ("text/plain", "http://a/list.PLS?x=1", true),
        ("audio/mpeg", "http://a/list.m3u", false), ("", "http://a/live.mp3", false),
    ])
    func `a playlist is known by what the server calls it, or by its address`(type: String, url: String, answer: Bool) {
        #expect(RelayPlaylist.isPlaylist(contentType: type, url: url) == answer)
    }
}
