import Glibc
import RuntimeSupport
import Testing

/// What an audio thread asks of the system, beside real-time scheduling.
@Suite struct RealtimePrivilegeTests {
    /// The lines of a file of the kernel, which gives it in pieces and has no size for it.
    private static func lines(_ path: String) -> [Substring] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var (text, piece) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while case let count = unsafe read(file, &piece, piece.count), count > 0 { text += piece.prefix(count) }
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
    }

    /// The processors that the calling thread may run on.
    private static var processors: String? {
        lines("/proc/thread-self/status").first { $0.hasPrefix("Cpus_allowed_list:") }?.split(separator: "\t").last
            .map(String.init)
    }

    /// Whether the kernel keeps the mapping in RAM in which `address` lies; nil where there is none.
    private static func isLocked(_ address: UInt) -> Bool? {
        var isOurs = false
        for line in lines("/proc/self/smaps") {
            let bounds = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
            if bounds.count == 2 { isOurs = bounds[0] <= address && address < bounds[1] }
            if isOurs, line.hasPrefix("VmFlags:") { return line.split(separator: " ").contains("lo") }
        }
        return nil
    }

    /// Runs `body` on a thread of its own, whose privileges end with it.
    private func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) throws -> Result {
        let result = Locked<Result?>(nil)
        try NamedThread(name: "privileged") {
            let value = body()
            result.withLock { $0 = value }
        }.join()
        return try #require(result.withLock { $0 })
    }

    @Test func `a thread is held on the processor that is named`() throws {
        let allowed = try #require(Self.processors)
        let first = try #require(Int(allowed.prefix { $0.isNumber }))
        let (verdict, held) = try onThread {
            (RealtimePrivilege.runCallingThread(onProcessor: first), Self.processors)
        }
        #expect(verdict == .granted)
        #expect(held == "\(first)")
        // The others stay where they were.
        #expect(Self.processors == allowed)
    }

    @Test(arguments: [1023, 1024, 1 << 40]) func `a processor that is not there is refused in words`(number: Int)
        throws
    {
        let verdict = try onThread { RealtimePrivilege.runCallingThread(onProcessor: number) }
        #expect("\(verdict)".hasPrefix("refused (run on processor \(number): "), "\(verdict)")
    }

    @Test func `memory and stack are kept in RAM, or it is told why not`() throws {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * page, alignment: page)
        defer { unsafe memory.deallocate() }
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 1)
        let place = UInt(bitPattern: memory.baseAddress) + UInt(8 * page)
        let verdict = unsafe RealtimePrivilege.lock(UnsafeRawBufferPointer(rebasing: memory[8 * page..<9 * page]))
        switch verdict {
        case .granted: #expect(Self.isLocked(place) == true)
        case .refused(let error): #expect(error.description.hasPrefix("mlock \(page) bytes: "))
        }
        // What lies beside it is not.
        #expect(Self.isLocked(place + UInt(16 * page)) == false)
        _ = unsafe munlock(memory.baseAddress, memory.count)
        let (stack, isKept) = try onThread {
            var here = 0
            let verdict = RealtimePrivilege.lockStack(bytes: 65_536)
            let address = unsafe withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
            return (verdict, Self.isLocked(address - 32_768))
        }
        #expect(stack != .granted || isKept == true)
    }
}
