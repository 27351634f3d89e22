import RuntimeSupport
import Testing

@Suite struct ProgramTextTests {
    @Test func `a program runs on, and holds less, after it gave its code back`() throws {
        let before = try ProcessMemory.current().resident
        let released = ProgramText.release()
        let after = try ProcessMemory.current().resident
        #expect(released > 1 << 20)
        #expect(after < before)
        #expect((1...1000).reduce(0, +) == 500_500)
    }
}
