import Broadcasting
import ControllerAPI
import Testing

@testable import ControllerServices

/// Events for those who watch.
@Suite struct LiveFeedTests {
    private func event(_ text: String) -> LiveEvent { LiveEvent(.record, at: .distantPast, text: text) }

    @Test func `every watcher gets every event, in order`() async {
        let feed = LiveFeed()
        let watchers = [feed.events(), feed.events()]
        feed.publish([event("a"), event("b")])
        feed.close()
        for watcher in watchers {
            var texts: [String] = []
            for await event in watcher { texts.append(event.text) }
            #expect(texts == ["a", "b"])
        }
    }

    @Test func `a slow watcher is told that it missed something, and holds nobody up`() async {
        let feed = LiveFeed()
        var slow = feed.events().makeAsyncIterator()
        for number in 0..<(LiveFeed.room + 10) { feed.publish(event("\(number)")) }
        for number in 0..<LiveFeed.room { #expect(await slow.next()?.text == "\(number)") }
        feed.publish(event("later"))
        #expect(await slow.next()?.kind == .gap)
        #expect(await slow.next()?.text == "later")
    }

    @Test func `a watcher that went away is forgotten, and a closed feed ends at once`() async {
        let feed = LiveFeed()
        do { _ = feed.events() }
        #expect(feed.watcherCount == 0)
        feed.close()
        var late = feed.events().makeAsyncIterator()
        #expect(await late.next() == nil)
    }
}
