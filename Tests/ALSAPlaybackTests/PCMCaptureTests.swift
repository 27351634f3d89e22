import Testing

@testable import ALSAPlayback

@Suite struct PCMCaptureTests {
    @Test func `a microphone that does not exist is a loss, and says which`() {
        let error = #expect(throws: PCMError.self) { _ = try PCMCapture(name: "no-such-microphone") }
        #expect(error?.isLoss == true)
        #expect(error?.description.contains("no-such-microphone") == true)
    }
}
