import BroadcastTesting
import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// Disks that are full, read-only or forgetful: it is told, and what can sound sounds.
    @Suite struct DiskTests {
        @Test func `audio with one byte flipped is told and never sounds; what the server still has is brought again`()
            async throws
        {
            try await Station.run { station in
                let lost = try await station.clip("lost", seconds: 0.8)
                let healed = try await station.clip("healed", seconds: 0.8)
                let good = try await station.clip("good", seconds: 0.8)
                func programmes(_ due: LocalTime) -> [Programme] {
                    [
                        Programme("mat", at: due, .audio(lost.audio)),
                        Programme("lanh", at: due.advanced(by: 2), .audio(healed.audio)),
                        Programme("tot", at: due.advanced(by: 4), .audio(good.audio)),
                    ]
                }
                // On the disk long before they are due.
                try await station.schedule(programmes(station.time(in: 3600)))
                for clip in [lost, healed] {
                    let path = station.node.content(clip.audio.sha256)
                    let file = try FileHandle(forUpdating: URL(filePath: path))
                    try file.seek(toOffset: UInt64(clip.audio.bytes / 2))
                    let byte = try #require(try file.read(upToCount: 1)?.first)
                    try file.seek(toOffset: UInt64(clip.audio.bytes / 2))
                    try file.write(contentsOf: Data([byte ^ 0x10]))
                    try file.close()
                }
                station.server.set(.status(404), for: lost.audio.fileName)

                let due = station.time(in: 4)
                let three = programmes(due)
                let known = station.controller.journal.all.count
                try await station.say(three)
                for clip in [lost, healed] {
                    try await station.controller.told(.contentCorrupt, from: known) { $0.sha256 == clip.audio.sha256 }
                }
                try await station.controller.fault("content", "1 audio file")
                var ends: [PlaybackEvent] = []
                for programme in three {
                    ends.append(try await station.controller.ending(of: programme.cue, within: .seconds(60)).event)
                }
                #expect(ends.map(\.kind) == [.missed, .finished, .finished])
                #expect([.contentMissing, .contentCorrupt].contains(ends[0].reason?.code), "\(ends[0])")
                #expect(ends[0].framesHeard == 0)
                let heard = try #require(station.node.card.heard)
                for (clip, seconds) in [(healed, 2), (good, 4)] {
                    let place = try heard.onlyPlace(of: clip.sound)
                    #expect(try #require(heard.distance(to: clip.sound, at: place)) <= 1)
                    let instant = Timestamp(nanoseconds: try #require(try station.node.card.instant(of: place)))
                    try SlowMachine.check("the programme", isOff: instant.seconds(since: due.instant) - Double(seconds))
                }
            }
        }

        @Test(.enabled(if: Disk.canMount)) func `a full disk is told, the timetable goes on, and no record is lost`()
            async throws
        {
            try await Station.run(disk: .small(megabytes: 80)) { station in
                let (first, second) = (
                    try await station.clip("first", seconds: 0.8), try await station.clip("second", seconds: 0.8)
                )
                let due = station.time(in: 4)
                let one = Programme("mot", at: due, .audio(first.audio))
                let two = Programme("hai", at: due.advanced(by: 3), .audio(second.audio))
                try await station.schedule([one, two], before: due)
                // To the last byte.
                let filler = "\(station.node.state)/filler"
                _ = try await Tool.end(of: "sh", ["-c", "cat /dev/zero >\"$0\" 2>/dev/null", filler])
                try await station.controller.fault("storage", "0 MB are free", within: .seconds(60))
                try await due.advanced(by: 3).comes()
                try await station.node.card.hears(first.sound.frames + second.sound.frames)
                try FileManager.default.removeItem(atPath: filler)
                for (programme, clip) in [(one, first), (two, second)] {
                    let end = try await station.controller.ending(of: programme.cue, within: .seconds(60)).event
                    #expect(end.kind == .finished)
                    let heard = try #require(station.node.card.heard)
                    let place = try heard.onlyPlace(of: clip.sound)
                    #expect(try #require(heard.distance(to: clip.sound, at: place)) <= 1)
                }
                let told = try station.controller.settledJournal()
                for programme in [one, two] {
                    #expect(told.playbacks(of: programme.cue).map(\.kind) == [.started, .finished])
                }
                try await station.controller.told(.storageFault, within: .seconds(60))
            }
        }

        @Test(.enabled(if: Disk.canMount))
        func `a node whose disk has become read-only boots, tells of it, and keeps its timetable`() async throws {
            try await Station.run { station in
                let clip = try await station.clip("clip", seconds: 0.8)
                let due = station.time(in: 6)
                let programme = Programme("mot", at: due, .audio(clip.audio))
                try await station.schedule([programme], before: due)
                await station.node.kill()
                await station.broker.kill()
                try await station.node.start(on: .readOnly)
                try await due.comes()
                try await station.node.card.hears(clip.sound.frames)
                try await station.broker.start()
                let end = try await station.controller.ending(of: programme.cue, within: .seconds(60)).event
                #expect(end.kind == .finished)
                try await station.controller.fault("storage", "the disk takes nothing")
                let heard = try #require(station.node.card.heard)
                let place = try heard.onlyPlace(of: clip.sound)
                #expect(try #require(heard.distance(to: clip.sound, at: place)) <= 1)
                // Documents still come, and are obeyed.
                let next = Broadcast.due("next", clip.audio)
                try await station.controller.say([next], to: Station.commune)
                #expect(try await station.controller.ending(of: next.cue).event.kind == .finished)
            }
        }
    }
}
