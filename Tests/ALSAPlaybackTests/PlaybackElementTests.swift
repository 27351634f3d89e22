import Testing

@testable import ALSAPlayback

@Suite struct PlaybackElementTests {
    @Test(arguments: [
        "Master", "Master,1", "PCM", "Digital", "Headphone", "Speaker", "Line Out", "Lineout", "Front", "DAC", "HDMI",
    ])
    func `what sound passes on its way out is looked at`(name: String) {
        #expect(!PlaybackElement(name: name, level: nil, isMuted: true).isMonitor)
    }

    @Test(arguments: [
        "Mic", "Mic,1", "Front Mic", "Internal Mic", "Line", "Line,1", "Line In", "CD", "Aux", "Beep", "PC Beep",
        "Sidetone",
        "Loopback Mixing",
    ])
    func `what lets an input be heard is not, as it is mute as a rule`(name: String) {
        #expect(PlaybackElement(name: name, level: nil, isMuted: true).isMonitor)
    }
}
