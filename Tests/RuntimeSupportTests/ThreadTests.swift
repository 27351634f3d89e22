import RuntimeSupport
import Testing

@Suite struct ThreadTests {
    @Test func `increments from eight threads are all kept`() throws {
        let count = Locked(0)
        let threads = try (0..<8).map { index in
            try NamedThread(name: "counter \(index)") {
                for _ in 0..<10_000 { count.withLock { $0 += 1 } }
            }
        }
        for thread in threads { thread.join() }
        #expect(count.withLock { $0 } == 80_000)
    }

    @Test func `the kernel knows a thread by its name, cut to 15 bytes`() throws {
        let seen = Locked("")
        let thread = try NamedThread(name: "a name that is far too long") {
            seen.withLock { $0 = comm() }
        }
        thread.join()
        #expect(thread.name == "a name that is ")
        #expect(seen.withLock { $0 } == thread.name)
    }

    @Test func `an actor on a DispatchExecutor runs on its queue`() async {
        actor Blocking {
            private let executor = DispatchExecutor(label: "blocking")
            nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
            private var calls = 0
            func call() -> Int {
                executor.checkIsolated()
                calls += 1
                return calls
            }
        }
        let blocking = Blocking()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { _ = await blocking.call() } }
        }
        #expect(await blocking.call() == 101)
    }

    @Test func `signals before a clear count as one, and a later one is seen`() throws {
        let wakeUp = try WakeUp()
        wakeUp.signal()
        wakeUp.signal()
        #expect(isReadable(wakeUp))
        wakeUp.clear()
        #expect(!isReadable(wakeUp))
        wakeUp.signal()
        #expect(isReadable(wakeUp))
    }

    @Test func `real-time scheduling is granted or refused in words`() throws {
        let outcome = Locked<RealtimePrivilege?>(nil)
        // On a thread of its own: the test runner's must stay ordinary.
        try NamedThread(name: "real-time") {
            outcome.withLock { $0 = .scheduleCallingThread(priority: 1) }
        }.join()
        switch try #require(outcome.withLock { $0 }) {
        case .granted: break
        case .refused(let error): #expect(error.description == "SCHED_FIFO 1: Operation not permitted")
        }
        let nonsense = Locked<RealtimePrivilege?>(nil)
        try NamedThread(name: "nonsense") {
            nonsense.withLock { $0 = .scheduleCallingThread(priority: 1000) }
        }.join()
        #expect("\(try #require(nonsense.withLock { $0 }))" == "refused (SCHED_FIFO 1000: Invalid argument)")
    }
}
