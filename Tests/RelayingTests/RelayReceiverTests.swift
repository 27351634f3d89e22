import BroadcastTesting
import MP3Decoding
import RuntimeSupport
import TestThreads
import Testing

@testable import Relaying

/// What a receiver makes of servers, good ones and others.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct RelayReceiverTests {
    private static let audio = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n"
    private static let list = "HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\n"
    private static let missing = "HTTP/1.0 404 Not Found\r\n\r\n"

    /// Limits for tests: little is waited for between two attempts, and no machine is too busy for the others.
    private static var limits: RelayLimits {
        var limits = RelayLimits()
        limits.connectTimeout = .seconds(60)
        limits.answerTimeout = .seconds(60)
        limits.stallTimeout = .seconds(60)
        limits.shortestRetry = .milliseconds(20)
        limits.longestRetry = .milliseconds(100)
        limits.steadyAfter = .milliseconds(200)
        limits.spread = .zero
        return limits
    }

    /// Limits with which nothing is tried a second time.
    private static var once: RelayLimits {
        var limits = limits
        limits.shortestRetry = .seconds(600)
        limits.longestRetry = .seconds(600)
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
        /// Nil when it was ready, and why it was lost when it was.
        private let outcomes: AsyncStream<String?>

        init(
            _ url: String, limits: RelayLimits = RelayReceiverTests.limits, authorities: String? = nil
        ) throws {
            let (news, sink) = AsyncStream.makeStream(of: RelayNews.self)
            let (ready, readySink) = AsyncStream.makeStream(of: Void.self)
            let (outcomes, outcomeSink) = AsyncStream.makeStream(of: String?.self)
            self.news = news
            self.ready = ready
            self.outcomes = outcomes
            receiver = try RelayReceiver(
                url: url, limits: limits, authorities: authorities,
                tell: { event in
                    sink.yield(event)
                    if case .lost(let reason, _) = event { outcomeSink.yield(reason) }
                },
                ready: {
                    readySink.yield()
                    outcomeSink.yield(nil)
                })
            try receiver.begin()
        }

        deinit { receiver.cancel() }

        /// Waits for the loss of a connection, and why.
        func loss() async -> String? {
            for await each in news { if case .lost(let reason, _) = each { return reason } }
            return nil
        }

        /// Waits until it is ready, or lost: then this is why.
        func failure() async -> String? {
            for await each in outcomes { return each }
            return "it has ended"
        }

        /// The next waits before it connects again.
        func waits(_ count: Int) async -> [Duration] {
            var waits: [Duration] = []
            for await each in news {
                if case .lost(_, let wait) = each { waits.append(wait) }
                if waits.count == count { break }
            }
            return waits
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
        ("HTTP/1.0 200 OK\r\nContent-Type: text/xml; charset=UTF-8\r\n\r\n<?xml version=\"1.0\"?>", "web page"),
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
        let around = try ScriptedRadio([[.text("HTTP/1.0 302 Found\r\nLocation: /again\r\n\r\n")]])
        #expect(await (try Listener(around.url(), limits: Self.once)).loss()?.contains("redirects") == true)
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

    @Test func `one that sends a byte now and then is given up in time`() async throws {
        var limits = Self.once
        limits.answerTimeout = .seconds(2)
        let slow = try ScriptedRadio([
            [.text(Self.audio), .pace([UInt8](repeating: 0x55, count: 100_000), bytesPerSecond: 50)]
        ])
        let began = ContinuousClock.now
        #expect(await (try Listener(slow.url(), limits: limits)).loss() == "\(RelayError.trickle)")
        #expect(began.duration(to: .now) >= .seconds(2))
        // Also one that was heard.
        limits.stallTimeout = .seconds(1)
        let mute = try ScriptedRadio([
            [
                .text(Self.audio), .send(try music(1)),
                .pace([UInt8](repeating: 0x55, count: 100_000), bytesPerSecond: 50),
            ]
        ])
        let listener = try Listener(mute.url(), limits: limits)
        #expect(await listener.loss() == "\(RelayError.trickle)")
        #expect(listener.take().count > 20)
    }

    @Test func `the waits between attempts grow, and begin anew once a stream has held`() async throws {
        let seconds = try music(1)
        for hasHeld in [true, false] {
            var limits = Self.limits
            limits.shortestRetry = .milliseconds(2)
            limits.longestRetry = .milliseconds(100)
            limits.steadyAfter = hasHeld ? .zero : .seconds(600)
            let refusals = [[ScriptedRadio.Step]](repeating: [.text(Self.missing)], count: 12)
            let radio = try ScriptedRadio(refusals + [[.text(Self.audio), .send(seconds)], [.text(Self.missing)]])
            let listener = try Listener(radio.url(), limits: limits)
            let waits = await listener.waits(21)
            func ceiling(_ attempt: Int) -> Duration { min(.milliseconds(2) * (1 << attempt), .milliseconds(100)) }
            for (number, wait) in waits.enumerated() {
                let attempt = hasHeld && number >= 12 ? number - 11 : number + 1
                #expect(wait >= .milliseconds(2) && wait <= ceiling(attempt), "\(number): \(wait)")
            }
            // The chance that all draws of one of these are short is one in 10¹².
            #expect(waits[4..<12].contains { $0 > .milliseconds(4) })
            #expect(hasHeld || waits[12..<20].contains { $0 > .milliseconds(4) })
            // It does wait.
            let times = radio.requestTimes
            for (number, wait) in waits.prefix(times.count - 1).enumerated() {
                #expect(.nanoseconds(times[number + 1] - times[number]) >= wait, "\(number)")
            }
            #expect(times.count >= 21)
        }
    }

    @Test func `the first connection waits its turn until it is needed`() async throws {
        let mp3 = try music(3)
        var limits = Self.limits
        limits.spread = .seconds(86_400 * 365)
        for isPlayed in [false, true] {
            let radio = try ScriptedRadio([[.text(Self.audio), .send(mp3), .hold]])
            let listener = try Listener(radio.url(), limits: limits)
            #expect(listener.receiver.status.trouble == "the server has not answered yet")
            let waits = try Listener(radio.url(), limits: limits)
            if isPlayed { listener.receiver.setListening(true) } else { listener.receiver.hurry() }
            #expect(await listener.failure() == nil)
            #expect(listener.receiver.status.trouble == nil)
            #expect(radio.requests.count == 1 && waits.take().isEmpty)
        }
    }

    @Test func `receivers that were lost together do not come back together`() async throws {
        let radio = try ScriptedRadio([[.text(Self.missing)]])
        var waits: Set<Duration> = []
        for _ in 0..<10 { waits.formUnion(await (try Listener(radio.url(), limits: Self.limits)).waits(1)) }
        #expect(waits.count == 10)
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
        #expect(await listener.failure() == nil)
        #expect(listener.take().count > 30)
        let circle = try ScriptedRadio([[.text(Self.list + "/list.m3u\n/other.m3u\n")]])
        #expect(
            await (try Listener(circle.url("list.m3u"), limits: Self.once)).loss() == "\(RelayError.nestedPlaylists)")
        #expect(circle.requests.count == 2)
    }

    @Test func `an address in a playlist counts from where the playlist was found`() async throws {
        let radio = try ScriptedRadio([
            [.text("HTTP/1.0 302 Found\r\nLocation: ../b/c/list.m3u?token=1\r\n\r\n")],
            [.text(Self.list + "#EXTM3U\r\n#EXTINF:-1,VOV 1\r\nlive/vov 1.mp3\r\n")],
            [.text(Self.audio), .send(try music(3)), .hold],
        ])
        let listener = try Listener(radio.url("a/list.m3u"))
        #expect(await listener.failure() == nil)
        let paths = radio.requests.map { $0.split(separator: " ")[1] }
        #expect(paths == ["/a/list.m3u", "/b/c/list.m3u?token=1", "/b/c/live/vov%201.mp3"])
    }

    @Test func `playlists without an end are given up after a few requests`() async throws {
        // Each leads to sixteen others.
        let wide = try ScriptedRadio(
            (0..<40).map { number in
                [.text(Self.list + (0..<16).map { "/\(number)-\($0).m3u\n" }.joined())]
            })
        #expect(await (try Listener(wide.url("a.m3u"), limits: Self.once)).loss() == "\(RelayError.nestedPlaylists)")
        #expect(wide.requests.count == 1 + RelayPlaylist.maximumEntries)
        let deep = try ScriptedRadio((0..<40).map { number in [.text(Self.list + "/\(number).m3u\n")] })
        #expect(await (try Listener(deep.url("a.m3u"), limits: Self.once)).loss() == "\(RelayError.nestedPlaylists)")
        #expect(deep.requests.count == 1 + RelayPlaylist.maximumDepth)
        let long = try ScriptedRadio([[.text(Self.list), .flood(Array("# a line that says nothing\n".utf8))]])
        #expect(await (try Listener(long.url("a.m3u"), limits: Self.once)).loss() == "\(RelayError.longPlaylist)")
        // What a hotel's network answers to everything is no list of addresses.
        let page = try ScriptedRadio([
            [.text("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n\n<html>\n<body>\nWelcome\n</body>\n</html>\n")]
        ])
        #expect(await (try Listener(page.url("a.m3u"), limits: Self.once)).loss() == "\(RelayError.webPage)")
        #expect(page.requests.count == 1)
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

    // MARK: - HTTPS and redirects

    /// A server on HTTPS of the loopback that nobody trusts but who was given its certificate.
    private final class SecureServer: Sendable {
        let workshop: Workshop
        private let process: ChildProcess
        private let port: UInt16

        /// Serves files, which hold answers with their heads, under their names.
        init(_ answers: [String: [UInt8]]) async throws {
            workshop = try Workshop()
            port = try LoopbackPort.free()
            try workshop.run(
                """
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=loa \
                -addext subjectAltName=IP:127.0.0.1 -keyout both.pem -out both.pem
                """)
            for (name, answer) in answers { try workshop.write(answer, to: name) }
            process = try ChildProcess(
                "openssl", ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", "both.pem", "-HTTP"],
                folder: workshop.path("."))
            try await process.line(within: .seconds(60)) { $0.contains("ACCEPT") }
        }

        var certificate: String { workshop.path("both.pem") }

        func url(_ path: String, host: String = "127.0.0.1") -> String { "https://\(host):\(port)/\(path)" }
    }

    private func redirect(_ target: String) -> [UInt8] {
        Array("HTTP/1.0 302 Found\r\nLocation: \(target)\r\n\r\n".utf8)
    }

    @Test func `a stream over HTTPS is heard where its authority is trusted, and nowhere else`() async throws {
        let server = try await SecureServer([
            "live": Array(Self.audio.utf8) + (try music(3)), "list.m3u": Array((Self.list + "live\n").utf8),
        ])
        for path in ["live", "list.m3u"] {
            let listener = try Listener(server.url(path), authorities: server.certificate)
            #expect(await listener.failure() == nil)
            #expect(listener.take().count > 30)
        }
        let wary = try Listener(server.url("live"), limits: Self.once)
        let distrust = try #require(await wary.failure())
        #expect(distrust.contains("certificate") && distrust.contains("self-signed"), "\(distrust)")
        #expect(wary.take().isEmpty)
        // The certificate is of another host.
        let other = try Listener(
            server.url("live", host: "localhost"), limits: Self.once, authorities: server.certificate)
        #expect(await other.failure()?.contains("localhost") == true)
        // One that never ends its greeting.
        var limits = Self.once
        limits.connectTimeout = .milliseconds(300)
        let mute = try ScriptedRadio([[.hold]])
        let failure = await (try Listener("https://127.0.0.1:\(mute.port)/live", limits: limits)).failure()
        #expect(failure?.contains("timeout") == true, "\(failure ?? "none")")
    }

    @Test func `a stream is followed to where it was moved, to HTTPS and never from it`() async throws {
        let radio = try ScriptedRadio([[.text(Self.audio), .send(try music(3)), .hold]])
        let server = try await SecureServer([
            "live": Array(Self.audio.utf8) + (try music(3)), "moved": redirect("/live"),
            "down": redirect("\(radio.url())?token=secret"), "file": redirect("file:///etc/passwd"),
            "round": redirect("/round"),
        ])
        let moved = try ScriptedRadio([
            [.text("HTTP/1.0 302 Found\r\nLocation: /there\r\n\r\n")], [.send(redirect(server.url("moved")))],
        ])
        let listener = try Listener(moved.url(), authorities: server.certificate)
        #expect(await listener.failure() == nil)
        #expect(listener.take().count > 30)
        #expect(moved.requests.map { $0.split(separator: " ")[1] } == ["/live", "/there"])

        let refusals = [
            ("down", "leads to http://127.0.0.1:\(radio.port)/live, which is not secure"),
            ("file", "leads to file:///etc/passwd, which is neither http nor https"), ("round", "redirects"),
        ]
        for (path, words) in refusals {
            let refused = try Listener(server.url(path), limits: Self.once, authorities: server.certificate)
            let reason = try #require(await refused.failure())
            #expect(reason.contains(words) && !reason.contains("secret"), "\(reason)")
            #expect(refused.take().isEmpty)
        }
        #expect(radio.requests.isEmpty)
        // Also by a way round over HTTP.
        let plain = try ScriptedRadio([[.send(redirect("file:///etc/passwd"))]])
        #expect(await (try Listener(plain.url(), limits: Self.once)).failure()?.contains("neither http nor") == true)
    }
}
