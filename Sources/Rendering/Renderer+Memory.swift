extension Renderer {
    /// Calls `body` with each large piece of memory that rendering touches, so that it can be kept in RAM. The voices' rings are
    /// not among them: they belong to the link.
    public func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: voices, count: Self.slots)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: saved, count: Self.slots * Self.blocks)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: savedFrames, count: Self.blocks)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: transitions, count: Self.transitionLimit)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: mix, count: Self.span * 2)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: output, count: Self.span * 2)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: scratch, count: Self.block * 2)))
    }
}

extension RenderLink {
    /// Calls `body` with the memory of each voice's ring, so that it can be kept in RAM.
    public func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        for slot in 0..<Renderer.slots {
            let count = FrameRing.capacity * FrameRing.maximumChannels
            unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: ring(slot).samples, count: count)))
        }
    }
}
