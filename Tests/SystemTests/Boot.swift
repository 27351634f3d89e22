import Broadcasting

/// A boot of a node's box at another time than now: with a clock that shows it and that nothing keeps right, an identity of its own, and a
/// network or none.
struct Boot: Sendable {
    /// What the clock shows when the program is started.
    var instant: Timestamp
    var hasNetwork = false
    /// Whether the clock's owner vouches for it; else nothing does.
    var isClockGiven = true

    /// What to run now so that `program` runs so, with the identity of the boot that is the text of the file `identity`. Needs `Disk.canMount`.
    func command(_ program: [String], identity: String) -> [String] {
        let namespaces = hasNetwork ? ["--mount"] : ["--mount", "--net"]
        let script = "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\""
        let shift = instant.nanoseconds - Timestamp.now.nanoseconds
        return ["unshare"] + namespaces + ["sh", "-c", script, identity]
            + ["env", "LD_PRELOAD=\(Programs.clockShift)", "LOA_CLOCK_SHIFT=\(shift)"]
            + (isClockGiven ? [] : ["LOA_CLOCK_TRUST=proven", "LOA_CLOCK_RTC=/nowhere"]) + program
    }
}
