import CALSA
import TestThreads
import Testing

/// Whatever a program does, the card records what was written last to each frame that it sounded.
@Suite(.ownThread) struct HistoryTests {
    /// What a program has done to a handle, and what must have been heard of it.
    struct History {
        /// What is in the buffer, from the last prepare on.
        var written: [Int16] = []
        /// What was heard since the prepare before, and how much before that.
        var heard: [Int16] = []
        var before = 0
        var next: Int16 = 1
        var generator: SeededGenerator
    }

    @Test(arguments: 1...4)
    func `a random history is recorded as it was heard`(seed: UInt64) throws {
        let card = try TestCard(options: "ppm 29000000 channels 1 file_bytes_max 4000000")
        let pcm = try PCM(card, channels: 1, buffer: 4800, availMin: 1200)
        var history = History(generator: SeededGenerator(state: seed))
        for _ in 0..<600 {
            do {
                try step(pcm, card, &history)
            } catch let refusal as PCM.Refusal where refusal.code == EPIPE {
                try settle(pcm, card, &history)
            }
        }
        try settle(pcm, card, &history)
        #expect(history.before > 10000)
    }

    private func step(_ pcm: borrowing PCM, _ card: TestCard, _ history: inout History) throws {
        switch Int.random(in: 0..<12, using: &history.generator) {
        case 0...5:
            let room = min(try pcm.available(), 2400)
            guard room > 0 else { return }
            let frames = Int.random(in: 1...room, using: &history.generator)
            let samples = (0..<frames).map { history.next &+ Int16(truncatingIfNeeded: $0) }
            history.next &+= Int16(truncatingIfNeeded: frames)
            history.written += samples.prefix(try pcm.write(samples))
            if pcm.state == SND_PCM_STATE_PREPARED { try pcm.start() }
        case 6...7:
            // A margin of half a millisecond of this clock, lest the card overtakes.
            _ = try pcm.available()
            let rewindable = try pcm.rewindable() - 720
            guard rewindable > 0 else { return }
            let frames = try pcm.rewind(Int.random(in: 1...rewindable, using: &history.generator))
            history.written.removeLast(frames)
        case 8:
            if pcm.state == SND_PCM_STATE_RUNNING { try pcm.wait() }
        case 9:
            guard pcm.state == SND_PCM_STATE_RUNNING else { return }
            try pcm.pause(true)
            try pcm.pause(false)
        case 10:
            try card.say("ppm \(Int.random(in: 10_000_000...40_000_000, using: &history.generator))")
        default:
            guard Bool.random(using: &history.generator), pcm.state == SND_PCM_STATE_RUNNING else { return }
            try pcm.drain()
            let written = history.written
            try settle(pcm, card, &history)
            #expect(history.heard == written, "all that was written is heard in a drain")
        }
    }

    /// Stops, and compares what was recorded since the last time.
    private func settle(_ pcm: borrowing PCM, _ card: TestCard, _ history: inout History) throws {
        try pcm.drop()
        history.before += history.heard.count
        history.heard = try card.heard().samples(from: history.before)
        #expect(history.heard == Array(history.written.prefix(history.heard.count)))
        history.written = []
        try pcm.prepare()
    }
}
