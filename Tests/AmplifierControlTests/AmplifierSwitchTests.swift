import AmplifierControl
import Foundation
import Testing

@Suite struct AmplifierSwitchTests {
    @Test(arguments: [(false, ["1\n", "0\n"]), (true, ["0\n", "1\n"])])
    func `a relay behind a file follows what is asked`(isActiveLow: Bool, expected: [String]) throws {
        let file = URL.temporaryDirectory.appending(path: "relay-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let relay = FileSwitch(path: file.path, isActiveLow: isActiveLow)
        var seen: [String] = []
        for isOn in [true, false] {
            try relay.set(isOn)
            seen.append(try String(contentsOf: file, encoding: .utf8))
        }
        #expect(seen == expected)
    }

    @Test func `a file that is not there is not made, and named`() {
        let path = URL.temporaryDirectory.appending(path: "relay-\(UUID().uuidString)").path
        let error = #expect(throws: AmplifierError.self) { try FileSwitch(path: path, isActiveLow: false).set(true) }
        #expect(error?.description == "open \(path): No such file or directory")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a chip that is not there is named`() {
        let relay = GPIOSwitch(chip: "no-such-chip", line: "17", isActiveLow: true)
        let error = #expect(throws: AmplifierError.self) { try relay.set(true) }
        #expect(error?.description.hasPrefix("open the GPIO chip no-such-chip: ") == true)
        // Nothing was taken, so nothing is in the way of another attempt.
        #expect(throws: AmplifierError.self) { try relay.set(false) }
    }
}
