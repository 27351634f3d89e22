// voices FILE…: decodes MP3 files of 48 kHz, mixes them with the limiter at work, and gives samples of 16 bits to nobody, as fast as
// it goes, on one thread. Says the seconds of sound, and the CPU-seconds that they took.

import Glibc

func cpu() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let paths = Array(CommandLine.arguments.dropFirst())
let begun = cpu()
do {
    let mixdown = try Mixdown(paths: paths)
    let frames = try mixdown.run()
    print(Double(frames) / 48_000, cpu() - begun)
} catch {
    print("voices: \(error)")
    exit(1)
}
