import Testing

/// Music that begins alone and gives way to speech, as the card played them. Either may end first.
struct DuckedScene: Sendable {
    /// All that the card played; the music begins at its first frame.
    var heard: Sound
    var music: Sound
    var speech: Sound
    /// By how many dB the music is lowered.
    var duck: Double
    /// Frames after the end of either in which nobody knows what is to be heard of it.
    var uncertain = 0

    /// Seconds before and after the speech begins of which it is not known how far the music has given way: each goes its own way to the mixer.
    private static let margin = 0.25

    /// Checks that both are whole, each frame once and in its place.
    ///
    /// - Throws: also `SlowMachine`, when the music was back too late to be looked at.
    func check() throws {
        let margin = frames(Self.margin)
        let start = try begin()
        let end = start + speech.frames
        #expect(try #require(heard.distance(to: music[0..<start - margin], at: 0)) <= 1)
        let both = heard.without(music, louder: duck)
        let above = speech[margin..<min(speech.frames, music.frames - start)]
        #expect(try #require(both.distance(to: above, at: start + margin)) <= 2)
        if music.frames < end {
            let alone = music.frames + uncertain
            #expect(try #require(heard.distance(to: speech[alone - start..<speech.frames], at: alone)) <= 1)
        } else {
            try checkReturn(from: end + uncertain)
        }
        #expect(heard.isSilent(min(max(end, music.frames) + uncertain, heard.frames)..<heard.frames))
    }

    /// The frame at which the speech begins.
    func begin() throws -> Int {
        let probe = frames(Self.margin)
        let place = heard.without(music, louder: duck).find(speech[probe..<probe + 400], within: 2)
        return try #require(place) - probe
    }

    /// Checks that nothing but the music is heard from `frame` on, which comes back to what it was.
    private func checkReturn(from frame: Int) throws {
        let low = music.amplified(by: duck)
        let back = frame + frames(1)
        guard back + frames(0.25) <= music.frames else { throw SlowMachine("the speech ended at frame \(frame)") }
        var wrong = 0
        for index in frame * heard.channels..<back * heard.channels {
            let (full, part) = (Int(music.samples[index]), Int(low.samples[index]))
            let range = min(full, part) - 2...max(full, part) + 2
            if !range.contains(Int(heard.samples[index])) { wrong += 1 }
        }
        #expect(wrong == 0)
        #expect(try #require(heard.distance(to: music[back..<music.frames], at: back)) <= 1)
    }

    private func frames(_ seconds: Double) -> Int { Int(seconds * Double(heard.rate)) }
}
