import Testing

@testable import ALSAPlayback

@Suite struct PCMDeviceTests {
    @Test func `a device that does not exist is a loss, and says which`() {
        let wish = PCMWish(
            rate: 48_000, channels: 2, bufferDuration: 0.25, shortBufferDuration: 0.02, maximumBufferFrames: 16_384)
        let error = #expect(throws: PCMError.self) { _ = try PCMDevice(name: "no-such-device", wish: wish) }
        #expect(error?.isLoss == true)
        #expect(error?.description.contains("no-such-device") == true)
    }

    @Test func `what was agreed is told in plain words`() {
        let parameters = PCMParameters(
            rate: 48_000, format: .s16, channels: 2, bufferFrames: 12_000, periodFrames: 3000,
            isBatch: false, isTimestamped: true, canRewind: true)
        #expect(
            parameters.description
                == "48000 Hz, S16_LE, stereo, buffer of 250 ms in periods of 62 ms, stamps its position with the time, "
                + "can take sound back")
    }
}
