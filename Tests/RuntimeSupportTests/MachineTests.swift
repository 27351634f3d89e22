import Glibc
import RuntimeSupport
import Testing

/// The name of the calling thread, from the kernel.
func comm() -> String {
    guard let file = unsafe fopen("/proc/thread-self/comm", "r") else { return "" }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[0..<max(0, count - 1)], as: UTF8.self)
}

func isReadable(_ wakeUp: WakeUp) -> Bool {
    var poll = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe Glibc.poll(&poll, 1, 0) == 1
}

@Suite struct MachineTests {
    @Test func `the boot has a UUID, the same each time`() throws {
        let boot = try BootID.current()
        #expect(boot.value.count == 36)
        #expect(boot.value.filter { $0 == "-" }.count == 4)
        #expect(try BootID.current() == boot)
    }

    @Test func `monotonic time does not go back, and the wall clock is in this century`() {
        let first = MonotonicClock.nanoseconds
        #expect(MonotonicClock.nanoseconds >= first)
        #expect(BootClock.nanoseconds >= first)
        #expect(WallClock.nanoseconds > 1_700_000_000_000_000_000)
    }

    @Test func `the kernel's clock discipline can be read without privilege`() throws {
        let discipline = try ClockDiscipline.current()
        #expect(discipline.maximumError >= .zero)
        #expect(discipline.maximumError >= discipline.estimatedError || !discipline.isSynchronised)
    }

    /// In a process of its own: other tests give memory back while they run beside this one.
    @Test func `memory that is touched shows up as resident`() async {
        await #expect(processExitsWith: .success) {
            let before = try ProcessMemory.current()
            let ballast = [UInt8](repeating: 1, count: 64 << 20)
            let after = try ProcessMemory.current()
            #expect(after.resident > before.resident + 48 << 20)
            #expect(after.peak >= after.resident)
            #expect(ballast.last == 1)
        }
    }

    @Test func `a file system has room, and a path that is not there has a reason`() throws {
        let space = try DiskSpace.holding(path: "/tmp")
        #expect(space.available > 0 && space.available <= space.total)
        #expect(throws: SystemError("statvfs /nowhere/at/all", number: ENOENT)) {
            try DiskSpace.holding(path: "/nowhere/at/all")
        }
        #expect(SystemError("open x", number: EACCES).description == "open x: Permission denied")
    }
}
