import Testing

@testable import CommandLineClient

@Suite struct ServerSentEventsTests {
    @Test(arguments: [
        (["data: {}", ""], ["{}"]), (["event: node", "id: 3", "data:x", ""], ["x"]),
        (["data: a", "data:  b", ""], ["a\n b"]),
        ([": alive", "", ""], []), (["event: node", ""], []), (["data", ""], [""]), (["data: cut"], []),
        (["data: a\r", "\r", "data: b\r", "\r"], ["a", "b"]), (["datax: a", "data: b", ""], ["b"]),
    ])
    func `lines make events as the standard says`(lines: [String], events: [String]) {
        var parser = ServerSentEvents()
        #expect(lines.compactMap { parser.take($0) } == events)
    }
}
