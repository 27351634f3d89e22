import BroadcastTesting
import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// Stations that do what no station should, each on a real Icecast of its own, and nodes with the limits that every node has.
    @Suite struct RelayFaultTests {
        /// What is wrong with a station.
        enum Fault: String, CaseIterable {
            case neverAnswers, stalls, sendsSilence, sendsPage, dropsEachFiveSeconds, changesRate,
                comesBackWithOtherRate

            /// Seconds of the relay: long enough for the fallback to be heard.
            var slot: Int {
                switch self {
                case .neverAnswers, .sendsPage: 6
                case .stalls, .changesRate: 14
                case .dropsEachFiveSeconds: 16
                case .sendsSilence, .comesBackWithOtherRate: 20
                }
            }
        }

        /// What the stations send, and what the nodes have.
        private struct Audio {
            static let (live, other, fallback) = (440, 660, 1_000)
            let folder: Workshop
            /// A tone of 44.1 kHz, the same too soft to be heard, and another of 22.05 kHz.
            let tone, silence, otherRate: [UInt8]
            let reserve: String
            let (opening, closing): (String, String)
            let openingSound, closingSound: Sound

            init() async throws {
                folder = try Workshop()
                let (seconds, live) = (60.0, Self.live)
                tone = try await Self.bytes(folder.tone(live, seconds: seconds))
                silence = try await Self.bytes(folder.tone(live, seconds: seconds, gain: -90))
                otherRate = try await Self.bytes(folder.tone(Self.other, seconds: seconds, rate: 22_050))
                reserve = try await folder.tone(Self.fallback, seconds: 30)
                opening = try await folder.noise("opening", seconds: 0.6)
                closing = try await folder.noise("closing", seconds: 0.6)
                openingSound = try await folder.decoded(opening, rate: 44_100)
                closingSound = try await folder.decoded(closing, rate: 44_100)
            }

            private static func bytes(_ path: String) throws -> [UInt8] {
                try [UInt8](Data(contentsOf: URL(filePath: path)))
            }
        }

        /// All at once: each takes its time, and little of the machine's.
        @Test
        func `whatever a station does, its slot begins and ends on time, the fallback sounds, and the journal says so`()
            async throws
        {
            let audio = try await Audio()
            try await withThrowingDiscardingTaskGroup { group in
                for fault in Fault.allCases { group.addTask { try await Self.show(fault, audio) } }
            }
        }

        private static func show(_ fault: Fault, _ audio: Audio) async throws {
            let certificate = try await certificate(in: audio.folder, for: fault)
            let settings = certificate.map { "relay: {tls: {ca: \"\($0)\"}}" } ?? ""
            try await Station.run(settings: settings) { station in
                let icecast = try await Icecast(
                    [.init("/short", secondsOfListeners: 5), .init("/moved", fallback: "/reserve")],
                    certificate: certificate)
                let mount =
                    switch fault {
                    case .dropsEachFiveSeconds: "/short"
                    case .changesRate: "/moved"
                    case .sendsPage: "/status.xsl"
                    default: "/live"
                    }
                let sent = fault == .sendsSilence ? audio.silence : audio.tone
                let radio =
                    fault == .sendsPage ? nil : try icecast.station(mount, mp3: sent, bytesPerSecond: 16_000)
                let reserve = try icecast.station("/reserve", mp3: audio.otherRate, bytesPerSecond: 16_000)
                if fault == .neverAnswers { icecast.freeze() }
                let opening = try station.offer(audio.opening, duration: Double(audio.openingSound.frames) / 44_100)
                let closing = try station.offer(audio.closing, duration: Double(audio.closingSound.frames) / 44_100)
                let fallback = try station.offer(audio.reserve, duration: 30)
                let due = station.time(in: 8)
                let programme = Programme(
                    "tiep-song", at: due, .audio(opening),
                    .relay(url: icecast.url(mount), duration: Double(fault.slot), fallback: fallback),
                    .audio(closing))
                try await station.schedule([programme], before: due)
                try await due.advanced(by: 3).comes()
                var later: Icecast.Station?
                switch fault {
                case .stalls: icecast.freeze()
                case .changesRate:
                    radio?.leave()
                    try await due.advanced(by: 9).comes()
                    later = try icecast.station(mount, mp3: sent, bytesPerSecond: 16_000)
                case .comesBackWithOtherRate:
                    radio?.leave()
                    try await due.advanced(by: 11).comes()
                    later = try icecast.station(mount, mp3: audio.otherRate, bytesPerSecond: 16_000)
                default: break
                }
                try await judge(fault, station, programme, due, audio)
                for each in [radio, reserve, later] { each?.leave() }
            }
        }

        /// One station has TLS, and an authority that only its listeners know.
        private static func certificate(in folder: Workshop, for fault: Fault) async throws -> String? {
            guard fault == .dropsEachFiveSeconds else { return nil }
            let path = folder.path("both.pem")
            try await Tool.run(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "2",
                "-subj", "/CN=station", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", path)
            return path
        }

        private static func judge(
            _ fault: Fault, _ station: Station, _ programme: Programme, _ due: LocalTime, _ audio: Audio
        ) async throws {
            let event = try await station.controller.ending(of: programme.cue, within: .seconds(90)).event
            let frames = fault.slot * 44_100
            #expect(event.kind == .finished, "\(fault)")
            #expect(event.framesHeard == Int64(audio.openingSound.frames + frames + audio.closingSound.frames))

            // What comes before and after the relay is heard on its frame, and that when it should be.
            let heard = try #require(station.node.card.heard)
            let begin = try #require(heard.find(audio.openingSound[2000..<2400]), "\(fault)") - 2000
            let first = begin + audio.openingSound.frames
            #expect(try #require(heard.distance(to: audio.openingSound, at: begin)) <= 1, "\(fault)")
            #expect(try #require(heard.distance(to: audio.closingSound, at: first + frames)) <= 1, "\(fault)")
            let offsets = [(begin, 0.0), (first + frames, Double(first + frames - begin) / 44_100)]
            for (place, seconds) in offsets {
                let instant = Timestamp(nanoseconds: try #require(try station.node.card.instant(of: place)))
                let wanted = due.instant.advanced(bySeconds: seconds)
                try SlowMachine.check("\(fault)", isOff: instant.seconds(since: wanted))
            }

            // The journal's seconds are those of the recording.
            let told = try #require(event.relay, "\(fault)")
            let seconds = heard[first..<first + frames].seconds(at: [0, Audio.live, Audio.other, Audio.fallback])
            let (live, other) = (seconds[Audio.live] ?? 0, seconds[Audio.other] ?? 0)
            let words = "\(fault): \(told) and \(seconds)"
            #expect(abs(told.live + told.fallback + told.silence - Double(fault.slot)) < 0.01, "\(words)")
            #expect(abs(told.live - live - other) < 0.3, "\(words)")
            #expect(abs(told.fallback - (seconds[Audio.fallback] ?? 0)) < 0.3, "\(words)")
            #expect(abs(told.silence - (seconds[0] ?? 0)) < 0.3, "\(words)")

            let error = told.error ?? ""
            switch fault {
            case .neverAnswers:
                #expect(told.live == 0 && told.fallback > 3.5 && error.contains("not answered"), "\(words)")
            case .stalls:
                #expect(told.live > 1.5 && told.fallback > 2 && error.contains("nothing came for too long"), "\(words)")
            case .sendsSilence:
                #expect(told.live == 0 && told.fallback > 4 && told.reconnects == 0 && error.isEmpty, "\(words)")
            case .sendsPage:
                #expect(told.live == 0 && told.fallback > 3.5 && error.contains("web page"), "\(words)")
            case .dropsEachFiveSeconds:
                // Icecast sends the last seconds again, and nobody hears that it broke off.
                #expect(told.live > 15.9 && told.reconnects >= 2 && error.contains("ended the stream"), "\(words)")
            case .changesRate:
                #expect(live > 2 && other > 2 && told.reconnects == 0 && error.isEmpty, "\(words)")
            case .comesBackWithOtherRate:
                #expect(live > 1.5 && told.fallback > 1.5 && error.contains("404"), "\(words)")
            }
        }
    }
}
