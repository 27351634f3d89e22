// Sixteen voices, memory to memory: the renderer beside plain C that does the same arithmetic, and beside copying.
//
// The three take turns, so that a busy machine slows all of them; what is printed are medians, of the ratios too.

import Glibc

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func text(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let number = Int((value * scale).rounded())
    let rest = String(number % Int(scale))
    return digits == 0
        ? "\(number)" : "\(number / Int(scale))." + String(repeating: "0", count: digits - rest.count) + rest
}

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 60
let loads = [
    MixingTrial.Load(name: "steady gains, quiet", loudness: 0.01, isRamping: false),
    MixingTrial.Load(name: "ramps, quiet", loudness: 0.01, isRamping: true),
    MixingTrial.Load(name: "ramps, limiter at work", loudness: 0.5, isRamping: true),
]
/// Of the speed of plain C, where gains move.
let target = 0.8
var holds = true
for load in loads {
    var trial = MixingTrial(load)
    var rendered: [Double] = []
    var plain: [Double] = []
    var copied: [Double] = []
    for _ in 0..<rounds {
        rendered.append(trial.render())
        plain.append(trial.mixPlainly())
        copied.append(trial.copyPlainly())
    }
    let audio = Double(MixingTrial.frames) / 48_000
    let speed = median(zip(plain, rendered).map { $0 / $1 })
    let verdict = load.isRamping ? " (≥ \(text(target, 1)): \(speed >= target ? "ok" : "MISSED"))" : ""
    holds = holds && (speed >= target || !load.isRamping)
    print(
        """
        \(load.name): \(text(audio / median(rendered), 0)) × real time; plain C \(text(audio / median(plain), 0)) ×; \
        speed / plain C = \(text(speed, 2))\(verdict); \
        time / memcpy = \(text(median(zip(rendered, copied).map { $0 / $1 }), 1))
        """)
}
if !holds { exit(1) }
