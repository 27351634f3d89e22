/// The line that tells how far an upload is.
struct ProgressBar: Sendable {
    /// What is sent.
    let title: String
    /// Columns of the terminal.
    let width: Int

    /// The line after `sent` of `total` bytes in `seconds`; never wider than the terminal.
    func line(sent: Int64, total: Int64, seconds: Double) -> String {
        let fraction = total > 0 ? min(1, max(0, Double(sent) / Double(total))) : 0
        var tail = " \(pad("\(Int(fraction * 100))", 3))%  \(byteText(sent)) of \(byteText(total))"
        if seconds > 0.5 { tail += "  \(byteText(Int64(Double(sent) / seconds)))/s" }
        let name = title.printable.truncated(to: max(8, width / 3))
        let room = width - name.displayWidth - tail.displayWidth - 4
        guard room >= 6 else { return (name + tail).truncated(to: max(1, width - 1)) }
        let cells = min(room, 40)
        let full = Int(fraction * Double(cells))
        let bar = String(repeating: "#", count: full) + String(repeating: "-", count: cells - full)
        return "\(name) [\(bar)]\(tail)"
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

/// `812 B`, `6.9 MB`: powers of 1000, one decimal.
func byteText(_ bytes: Int64) -> String {
    guard bytes >= 1000 else { return "\(bytes) B" }
    var value = Double(bytes)
    var unit = "B"
    for larger in ["kB", "MB", "GB", "TB"] where value >= 999.95 {
        value /= 1000
        unit = larger
    }
    return "\(decimalText(value, 1)) \(unit)"
}

/// `number` with exactly `decimals` decimals and a point.
func decimalText(_ number: Double, _ decimals: Int) -> String {
    guard number.isFinite, abs(number) < 1e12 else { return "?" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(number) * scale).rounded()
    let whole = Int64(scaled / scale)
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let fraction = String(Int64(scaled) - whole * Int64(scale))
    return "\(sign)\(whole).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
}

/// Seconds of sound as `0:05`, `12:30` or `1:02:03`.
func playingTimeText(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
    let whole = Int(seconds.rounded())
    let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return whole >= 3600
        ? "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))" : "\(whole / 60):\(two(whole % 60))"
}
