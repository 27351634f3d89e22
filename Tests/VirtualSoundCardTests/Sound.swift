/// Samples that occur nowhere twice in a row, so that a missing or doubled frame shows.
enum Sound {
    static func noise(frames: Int, channels: Int = 2, seed: UInt64 = 1) -> [Int16] {
        var generator = SeededGenerator(state: seed)
        var samples = [Int16](repeating: 0, count: frames * channels)
        _ = unsafe samples.withUnsafeMutableBytes { bytes in
            for at in stride(from: 0, to: bytes.count - 7, by: 8) {
                unsafe bytes.storeBytes(of: generator.next(), toByteOffset: at, as: UInt64.self)
            }
        }
        return samples
    }
}
