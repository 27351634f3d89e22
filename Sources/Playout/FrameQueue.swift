import Glibc

/// Frames on their way, first in, first out. Grows as it must.
struct FrameQueue {
    /// Samples in a frame.
    let channels: Int
    private var samples: [Float] = []
    private var first = 0

    init(channels: Int) {
        self.channels = channels
    }

    /// Frames that are there.
    var frames: Int { (samples.count - first) / channels }

    /// The sample at `index`, counted from the first that is there.
    subscript(index: Int) -> Float {
        get { samples[first + index] }
        set { samples[first + index] = newValue }
    }

    /// Adds interleaved samples, whole frames of them.
    mutating func append(_ more: Span<Float>) {
        if first > 0, first >= samples.count / 2 { compact() }
        unsafe more.withUnsafeBufferPointer { unsafe samples.append(contentsOf: $0) }
    }

    /// Adds the samples of `more`, each frame of one sample made a frame of two.
    mutating func appendWidened(_ more: Span<Float>) {
        if first > 0, first >= samples.count / 2 { compact() }
        samples.reserveCapacity(samples.count + more.count * 2)
        for index in more.indices {
            samples.append(more[index])
            samples.append(more[index])
        }
    }

    /// Moves the first `frames` frames to the beginning of `target`.
    mutating func take(_ frames: Int, into target: inout MutableSpan<Float>) {
        let count = frames * channels
        precondition(count <= samples.count - first && count <= target.count, "no such frames")
        unsafe target.withUnsafeMutableBufferPointer { target in
            unsafe samples.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                unsafe to.update(from: from + first, count: count)
            }
        }
        drop(frames)
    }

    /// Leaves out the first `frames` frames.
    mutating func drop(_ frames: Int) {
        first += frames * channels
        if first == samples.count {
            samples.removeAll(keepingCapacity: true)
            first = 0
        }
    }

    /// Puts `more` before all others.
    mutating func prepend(_ more: [Float]) {
        samples.replaceSubrange(..<first, with: more)
        first = 0
    }

    private mutating func compact() {
        samples.removeFirst(first)
        first = 0
    }
}
