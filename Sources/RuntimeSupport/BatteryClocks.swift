import Glibc

/// The machine's clocks that run on a battery while it has no power (RTC), as the kernel shows them.
public struct BatteryClocks: Sendable {
    /// Where the kernel lists them.
    public static let folder = "/sys/class/rtc"

    private let folder: String

    /// - Parameter folder: where they are listed, one folder `rtc0`, `rtc1`, … each.
    public init(folder: String = folder) { self.folder = folder }

    /// Seconds since 1970 that each shows, taken as UTC, by its name; without those that cannot be read. None where there is no such clock.
    ///
    /// Takes a transfer on the board's bus for each, about a millisecond.
    public var readings: [String: Int64] {
        guard let list = unsafe opendir(folder) else { return [:] }
        defer { unsafe closedir(list) }
        var readings: [String: Int64] = [:]
        while let entry = unsafe readdir(list) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard name.hasPrefix("rtc"), let text = try? SmallFile.text(at: "\(folder)/\(name)/since_epoch") else {
                continue
            }
            readings[name] = Int64(text.prefix { !$0.isNewline })
        }
        return readings
    }
}
