import CALSA
import TestThreads
import Testing

/// What happens when the control file takes the card away.
@Suite(.ownThread) struct LossTests {
    @Test func `a sleeping program is woken by the loss, and the card comes back`() async throws {
        let card = try TestCard(options: HandleTests.long)
        let pcm = try PCM(card, buffer: 192000)
        let sound = Sound.noise(frames: 192000)
        try pcm.write(sound)
        try pcm.start()
        let before = Clocks.monotonic()
        // The file is written while this thread sleeps until the end of the buffer, four seconds away.
        let writer = try card.spawn("sh", "-c", "echo lost > control")
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.wait() }
        #expect(Clocks.monotonic() - before < 3_000_000_000)
        #expect(await writer.value == 0)
        #expect(pcm.state == SND_PCM_STATE_DISCONNECTED)
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.write(sound) }
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.delay() }
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.prepare() }
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.drain() }
        let segment = try #require(card.segments().last)
        #expect(segment.ended == "lost")
        #expect(try card.heard().samples == Array(sound.prefix(2 * segment.frames)))

        try card.say("present\n")
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.prepare() }
    }

    @Test func `a lost card cannot be opened, and one that is back can`() throws {
        let card = try TestCard(options: HandleTests.fast)
        try card.say("lost\n")
        #expect(throws: PCM.Refusal(code: ENODEV)) { _ = try PCM(card) }
        try card.say("present\n")
        let pcm = try PCM(card)
        let sound = Sound.noise(frames: 480)
        try pcm.write(sound)
        try pcm.drain()
        #expect(try card.heard().samples == sound)
    }

    @Test func `a card that was pulled and put back is lost to who had it, and can be opened at once`() throws {
        let card = try TestCard(options: HandleTests.long)
        for number in 1...2 {
            let pcm = try PCM(card, buffer: 192000)
            try pcm.write(Sound.noise(frames: 192000))
            try pcm.start()
            try card.say("replug \(number)\n")
            #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.wait() }
            try card.say("present\n")
            #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.prepare() }
        }
        #expect(try card.segments().map(\.ended) == ["lost", "lost"])
    }

    @Test func `a drain says that the end was not heard`() throws {
        let card = try TestCard(options: HandleTests.long)
        let pcm = try PCM(card, buffer: 192000)
        try pcm.write(Sound.noise(frames: 192000))
        try pcm.start()
        try card.say("lost")
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.drain() }
        #expect(try card.segments().map(\.ended) == ["lost"])
    }

    @Test func `a prepared card that is lost refuses what is written`() throws {
        let card = try TestCard()
        let pcm = try PCM(card)
        try card.say("lost")
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.write(Sound.noise(frames: 480)) }
        #expect(pcm.state == SND_PCM_STATE_DISCONNECTED)
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.wait() }
        #expect(try card.segments().isEmpty)
    }

    @Test func `a control file that is replaced is followed`() throws {
        let card = try TestCard(options: HandleTests.long)
        let pcm = try PCM(card, buffer: 192000)
        try pcm.write(Sound.noise(frames: 192000))
        try pcm.start()
        try card.say("present\n", replacing: true)
        try card.say("lost\n", replacing: true)
        #expect(throws: PCM.Refusal(code: ENODEV)) { try pcm.wait() }
    }
}
