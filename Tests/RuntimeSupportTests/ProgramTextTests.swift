import Testing

@testable import RuntimeSupport

// In a process of its own, whose memory nothing else changes.
@Suite struct ProgramTextTests {
    @Test func `a program runs on, and holds less, after it gave its code back`() async {
        await #expect(processExitsWith: .success) {
            let before = try ProcessMemory.current().resident
            try #require(ProgramText.release() > 1 << 20)
            try #require(try ProcessMemory.current().resident < before)
            try #require((1...1000).reduce(0, +) == 500_500)
        }
    }

    @Test func `code that is kept in RAM can be given back, and is kept again`() async {
        await #expect(processExitsWith: .success) {
            // Where it is not permitted there is nothing to see.
            guard RealtimePrivilege.lockCode() == .granted else { return }
            let before = try ProcessMemory.current().resident
            try #require(ProgramText.release() > 1 << 20)
            try #require(try ProcessMemory.current().resident < before)
            try #require((1...1000).reduce(0, +) == 500_500)
            let status = try SmallFile.text(at: "/proc/self/status", limit: 1 << 16)
            let locked = status.split(separator: "\n").first { $0.hasPrefix("VmLck:") } ?? ""
            try #require(Int(locked.filter(\.isNumber)) ?? 0 > 1024)
        }
    }
}
