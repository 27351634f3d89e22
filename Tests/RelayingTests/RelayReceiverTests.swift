import BroadcastTesting
import MP3Decoding
import RuntimeSupport
import TestThreads
import Testing

@testable import Relaying

/// What a receiver makes of servers, good ones and others.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct RelayReceiverTests {
    private static let audio = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n"

    /// Limits for tests: little is waited for between two attempts, and no machine is too busy for the others.
    private static var limits: RelayLimits {
        var limits = RelayLimits()
        limits.connectTimeout = .seconds(60)
        limits.answerTimeout = .seconds(60)
        limits.stallTimeout = .seconds(60)
        limits.shortestRetry = .milliseconds(20)
        limits.longestRetry = .milliseconds(100)
        limits.steadyAfter = .milliseconds(200)
        return limits
    }

    /// `seconds` of an MP3 with 128 kbit/s.
    private func music(_ seconds: Double) throws -> [UInt8] {
        let workshop = try Workshop()
        try workshop.run(
            "sox -R -n -r 44100 -c 2 a.wav synth \(seconds) pinknoise gain -6 && lame --quiet -t -b 128 a.wav a.mp3")
        return try workshop.bytes("a.mp3")
    }

    /// A receiver whose news can be awaited; it ends with the test.
    private final class Listener: Sendable {
        let receiver: RelayReceiver
        let news: AsyncStream<RelayNews>
        let ready: AsyncStream<Void>

        init(_ url: String, limits: RelayLimits = RelayReceiverTests.limits) throws {
            let (news, sink) = AsyncStream.makeStream(of: RelayNews.self)
            let (ready, readySink) = AsyncStream.makeStream(of: Void.self)
            self.news = news
            self.ready = ready
            receiver = try RelayReceiver(
                url: url, limits: limits, tell: { sink.yield($0) }, ready: { readySink.yield() })
            try receiver.begin()
        }

        deinit { receiver.cancel() }

        /// Waits for the loss of a connection, and why.
        func loss() async -> String? {
            for await each in news { if case .lost(let reason) = each { return reason } }
            return nil
        }

        /// Takes all that is there.
        func take() -> [MPEGPacket] {
            var packets: [MPEGPacket] = []
            while let (packet, _) = receiver.next() { packets.append(packet) }
            return packets
        }
    }

    @Test func `a stream that breaks off again and again is heard whole, once`() async throws {
        let mp3 = try music(6)
        // Each connection sends the last seconds again, from the middle of a frame, as Icecast does.
        let script = (0..<6).map { number in
            let start = max(0, (number - 2) * 16_000 + 77)
            return [
                ScriptedRadio.Step.text(Self.audio), .send(Array(mp3[start..<min(mp3.count, (number + 1) * 16_000)])),
            ]
        }
        let radio = try ScriptedRadio(script + [[.text(Self.audio), .hold]])
        let listener = try Listener(radio.url())
        listener.receiver.setListening(true)
        for _ in 0..<6 { #expect(await listener.loss() == "\(RelayError.ended)") }
        var breaks = 0
        var bytes: [UInt8] = []
        while let (packet, isBreak) = listener.receiver.next() {
            bytes += packet.bytes
            breaks += isBreak ? 1 : 0
        }
        #expect(breaks == 1)
        #expect(bytes.elementsEqual(mp3.prefix(bytes.count)))
        #expect(bytes.count > 93_000)
        #expect(listener.receiver.status.reconnects >= 5)
    }

    @Test func `what nobody plays is kept to a few seconds, and what is played to a few more`() async throws {
        var limits = Self.limits
        limits.seconds = 1
        limits.mostSeconds = 2
        limits.secondsToBegin = 0.5
        let radio = try ScriptedRadio([[.text(Self.audio), .flood(try music(3))]])
        let listener = try Listener(radio.url(), limits: limits)
        // Many times more than is kept has passed when it has been ready and the server still floods.
        for await _ in listener.ready { break }
        #expect(listener.receiver.level <= 1.05)
        listener.receiver.setListening(true)
        // A server that sends without end has to wait for its listener.
        var taken = listener.take().count
        for await _ in listener.ready {
            // What libcurl hands over at once, 16 KiB, may come on top.
            #expect(listener.receiver.level <= 3.1)
            taken += listener.take().count
            if taken > 1_000 { break }
        }
        #expect(taken > 1_000)
    }

    @Test(arguments: [
        ("HTTP/1.0 404 Not Found\r\n\r\n", "status 404"),
        ("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "web page"),
        ("HTTP/1.0 200 OK\r\n\r\n<html><body>Log in to the hotel's network</body></html>", "web page"),
        ("HTTP/1.0 200 OK\r\nContent-Type: audio/aacp\r\n\r\nx", "audio/aacp: only MP3"),
        (
            "HTTP/1.0 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\n\r\n#EXTM3U\n#EXT-X-VERSION:3\na.ts\n",
            "HLS"
        ),
        ("HTTP/1.0 200 OK\r\nContent-Type: audio/x-scpls\r\n\r\n[playlist]\nFile1=file:///etc/passwd\n", "no http"),
        ("", "reply"), ("SSH-2.0-OpenSSH_9.2\r\n", ""),
    ])
    func `an answer that is no MP3 stream is refused with its reason`(answer: String, words: String) async throws {
        let radio = try ScriptedRadio([[.text(answer)]])
        let listener = try Listener(radio.url())
        let reason = try #require(await listener.loss())
        #expect(words.isEmpty || reason.contains(words), "\(reason)")
        // It is tried again.
        #expect(await listener.loss() != nil)
        #expect(listener.receiver.status.reconnects >= 1)
        #expect(listener.take().isEmpty)
    }

    @Test func `noise, a redirect without an end and header fields without an end are given up`() async throws {
        var seed: UInt64 = 5
        let noise = (0..<200_000).map { _ -> UInt8 in
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(seed >> 56)
        }
        let noisy = try ScriptedRadio([[.text(Self.audio), .send(noise), .hold]])
        #expect(await (try Listener(noisy.url())).loss() == "\(RelayError.noFrames)")
        var limits = Self.limits
        limits.shortestRetry = .seconds(60)
        limits.longestRetry = .seconds(60)
        let around = try ScriptedRadio([[.text("HTTP/1.0 302 Found\r\nLocation: /again\r\n\r\n")]])
        #expect(await (try Listener(around.url(), limits: limits)).loss()?.contains("redirects") == true)
        #expect(around.requests.count == 6)
        let endless = try ScriptedRadio([
            [.text("HTTP/1.0 200 OK\r\n"), .flood(Array("X-Field: \(String(repeating: "y", count: 1_000))\r\n".utf8))]
        ])
        #expect(await (try Listener(endless.url())).loss()?.contains("header fields without an end") == true)
    }

    @Test func `one that never answers and one that stalls are given up in time`() async throws {
        var limits = Self.limits
        limits.answerTimeout = .milliseconds(500)
        let silent = try ScriptedRadio([[.hold]])
        let began = ContinuousClock.now
        #expect(await (try Listener(silent.url(), limits: limits)).loss()?.contains("too long") == true)
        #expect(began.duration(to: .now) >= .milliseconds(490))
        limits = Self.limits
        limits.stallTimeout = .milliseconds(500)
        let stalling = try ScriptedRadio([[.text(Self.audio), .send(try music(1)), .hold]])
        let listener = try Listener(stalling.url(), limits: limits)
        #expect(await listener.loss()?.contains("too long") == true)
        #expect(listener.take().count > 20)
    }

    @Test func `a SHOUTcast server and its titles are understood`() async throws {
        let mp3 = try music(3)
        var body: [UInt8] = []
        for start in stride(from: 0, to: mp3.count, by: 8_192) {
            body += mp3[start..<min(start + 8_192, mp3.count)]
            if start + 8_192 <= mp3.count {
                body +=
                    start == 0
                    ? [2] + Array("StreamTitle='Đài TNVN';".utf8) + [UInt8](repeating: 0, count: 32 - 25) : [0]
            }
        }
        let radio = try ScriptedRadio([
            [
                .text("ICY 200 OK\r\nicy-name:VOV\r\ncontent-type:audio/mpeg\r\nicy-metaint:8192\r\n\r\n"), .send(body),
            ], [.hold],
        ])
        let listener = try Listener(radio.url())
        listener.receiver.setListening(true)
        var title: String?
        for await each in listener.news {
            if case .title(let words) = each { title = words }
            if case .lost = each { break }
        }
        #expect(title == "Đài TNVN")
        let sound = listener.take().flatMap(\.bytes)
        #expect(sound.count > 40_000 && sound.elementsEqual(mp3.prefix(sound.count)))
        #expect(radio.requests.first?.contains("Icy-MetaData: 1") == true)
    }

    @Test func `playlists lead to the stream, past what does not answer, and not around in circles`() async throws {
        let stream = try ScriptedRadio([[.text(Self.audio), .send(try music(3)), .hold]])
        let dead = try LoopbackPort.free()
        let inner = try ScriptedRadio([
            [
                .text(
                    "HTTP/1.0 200 OK\r\nContent-Type: audio/x-scpls\r\n\r\n[playlist]\nFile1=http://127.0.0.1:\(dead)/\n"
                ),
                .text("File2=\(stream.url())\n"),
            ]
        ])
        let outer = try ScriptedRadio([
            [.text("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n\(inner.url("b.pls"))\n")]
        ])
        let listener = try Listener(outer.url("a.m3u"))
        for await _ in listener.ready { break }
        #expect(listener.take().count > 30)
        var limits = Self.limits
        limits.shortestRetry = .seconds(60)
        limits.longestRetry = .seconds(60)
        let circle = try ScriptedRadio([[.text("HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\n/list.m3u\n")]])
        #expect(await (try Listener(circle.url("list.m3u"), limits: limits)).loss() == "\(RelayError.nestedPlaylists)")
        #expect(circle.requests.count == 4)
    }

    @Test func `a real Icecast is heard, and its title read`() async throws {
        let icecast = try await Icecast()
        let station = try icecast.station(mp3: try music(5), bytesPerSecond: 16_000)
        defer { _ = station }
        let listener = try Listener(icecast.url())
        for await _ in listener.ready { break }
        #expect(listener.take().count > 30)
        try icecast.announce("Bản tin sáng")
        for await each in listener.news {
            guard case .title(let title) = each else { continue }
            #expect(title == "Bản tin sáng" || title.isEmpty)
            if !title.isEmpty { break }
        }
    }
}
