import Broadcasting

extension Director {
    /// Whether a test sound may be played now: nothing sounds, is silenced or is about to sound, and neither quiet hours nor a halt,
    /// a lost sound card, a clock that is not trusted or the program's end forbid it.
    public var isFreeForTest: Bool {
        time.instant != nil && time.isTrusted && !isDeviceLost && !isStopping && !isQuiet && memory.halts.isEmpty
            && playbacks.allSatisfy { !$0.hasBegun && $0.voice == nil }
    }
}
