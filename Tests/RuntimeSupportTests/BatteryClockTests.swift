import Foundation
import RuntimeSupport
import Testing

@Suite struct BatteryClockTests {
    @Test func `each clock is read, and what is none or cannot be read is left out`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "loa-rtc-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let texts = ["rtc0": "1795000000\n", "rtc1": "946684800\n", "rtc2": "?\n", "rtc3": nil, "ptp0": "5\n"]
        for (name, text) in texts {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
            try text?.write(to: folder.appending(path: "\(name)/since_epoch"), atomically: true, encoding: .utf8)
        }
        #expect(BatteryClocks(folder: folder.path()).readings == ["rtc0": 1_795_000_000, "rtc1": 946_684_800])
        #expect(BatteryClocks(folder: folder.path() + "/none").readings.isEmpty)
    }
}
