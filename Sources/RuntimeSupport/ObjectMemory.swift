import CLinux

/// Where an object lies, for whoever must keep it in RAM.
public enum ObjectMemory {
    /// The memory of `object`, with what stands in it by value; good for as long as the object is.
    public static func region(of object: AnyObject) -> UnsafeRawBufferPointer {
        let start = unsafe Unmanaged.passUnretained(object).toOpaque()
        return unsafe UnsafeRawBufferPointer(start: start, count: malloc_usable_size(start))
    }
}
