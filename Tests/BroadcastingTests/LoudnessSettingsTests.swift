import Broadcasting
import Foundation
import Testing

@Suite struct LoudnessSettingsTests {
    private func settings(_ more: String) throws -> NodeSettings {
        let text = #"{"scopes":[],"timeZone":"Asia/Ho_Chi_Minh","trustedKeys":[]\#(more)}"#
        return try Wire.decode(NodeSettings.self, from: Data(text.utf8))
    }

    @Test func `settings of a controller that knows neither night nor self-test have none`() throws {
        let settings = try settings(#","volumes":{"normal":-3}"#)
        #expect(settings.volumes.night == nil && settings.selfTest == nil)
    }

    @Test func `night and self-test are read as they are written`() throws {
        var settings = try settings("")
        settings.volumes.night = NodeSettings.Night(from: "21:00", to: "05:30", volume: -12)
        settings.selfTest = NodeSettings.SelfTest(at: "11:30", level: -26)
        #expect(try Wire.decode(NodeSettings.self, from: Wire.encode(settings)) == settings)
        #expect(
            try self.settings(#","selfTest":{"at":"11:30"}"#).selfTest
                == NodeSettings.SelfTest(at: "11:30", level: NodeSettings.SelfTest.usualLevel))
    }

    @Test(arguments: [
        #","volumes":{"night":{"from":"21:00","to":"5:00","volume":-12}}"#,
        #","volumes":{"night":{"from":"21:00","to":"05:00","volume":30}}"#,
        #","volumes":{"night":{"from":"21:00","to":"05:00"}}"#, #","selfTest":{"at":"24:00"}"#,
        #","selfTest":{"at":"11:30","level":1}"#, #","selfTest":{}"#,
    ]) func `settings that name no time or no volume are refused as a whole`(more: String) {
        #expect(throws: DecodingError.self) { try settings(more) }
    }

    @Test func `factors that a record does not name are nought`() throws {
        let gains = try Wire.decode(GainChain.self, from: Data(#"{"node":-3,"later":1}"#.utf8))
        #expect(gains.sum == -3 && gains.content == [] && gains.ceiling == 0)
    }

    @Test(arguments: [-30.0, -6, 0, 12], [-20.0, 0, 8]) func `no factors lead above the ceiling but an emergency's`(
        normal: Double, cue: Double
    ) {
        var volumes = NodeSettings.Volumes(normal: normal, ceiling: -5, emergency: 6)
        volumes.night = NodeSettings.Night(from: "21:00", to: "05:00", volume: normal + 3)
        for isNight in [false, true] {
            let wish = normal + cue + (isNight ? 3 : 0)
            #expect(GainChain(volumes, cue: cue, isNight: isNight).sum == min(wish, -5))
            #expect(GainChain(volumes, cue: cue, isEmergency: true, isNight: isNight).sum == 6 + cue)
        }
    }

    @Test func `a record tells the factors, and a self-test what it found`() throws {
        var started = PlaybackEvent(.started, CueID(broadcast: BroadcastID(unchecked: "a"), number: 0))
        started.gains = GainChain(NodeSettings.Volumes(normal: -8, ceiling: -6), cue: 5)
        var tested = NodeEvent(.selfTested)
        var result = SelfTestResult(at: Timestamp(nanoseconds: 0))
        result.heard = true
        result.delay = 0.0125
        tested.selfTest = result
        for event in [JournalEvent.playback(started), .node(tested)] {
            #expect(try Wire.decode(JournalEvent.self, from: Wire.encode(event)) == event)
        }
    }
}
