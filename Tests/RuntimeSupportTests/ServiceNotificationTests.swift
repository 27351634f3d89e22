import Glibc
import Testing

@testable import RuntimeSupport

/// Stands for the service manager: a datagram socket that is read without a wait.
private struct Manager: ~Copyable {
    let name: String
    private let descriptor: CInt

    init(name: String) {
        self.name = name
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if name.hasPrefix("@") { bytes[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        #expect(status == 0)
    }

    deinit {
        close(descriptor)
        if !name.hasPrefix("@") { unsafe unlink(name) }
    }

    /// The next datagram, or nil when none has come.
    func received() -> String? {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe recv(descriptor, &bytes, bytes.count, CInt(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: bytes[0..<count], as: UTF8.self)
    }
}

@Suite struct ServiceNotificationTests {
    @Test(arguments: ["@loa-test-\(getpid())", "/tmp/loa-test-\(getpid()).socket"])
    func `the manager reads what the service says`(name: String) {
        let manager = Manager(name: name)
        let service = ServiceNotification(environment: ["NOTIFY_SOCKET": name])
        #expect(service.ready(status: "playing\nnothing"))
        #expect(manager.received() == "READY=1\nSTATUS=playing nothing")
        #expect(service.pingWatchdog())
        #expect(manager.received() == "WATCHDOG=1")
        #expect(service.stopping())
        #expect(manager.received() == "STOPPING=1")
        #expect(manager.received() == nil)
    }

    @Test func `without a manager nothing is said and nothing fails`() {
        let service = ServiceNotification(environment: [:])
        #expect(!service.isSupervised)
        #expect(!service.ready())
        let gone = ServiceNotification(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"])
        #expect(gone.isSupervised)
        #expect(!gone.ready())
        let endless = ServiceNotification(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)])
        #expect(!endless.ready())
    }

    static let watchdogs: [([String: String], Duration?)] = [
        (["WATCHDOG_USEC": "4000000"], .seconds(4)),
        (["WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "17"], .seconds(4)),
        (["WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "18"], nil),
        (["WATCHDOG_USEC": "soon"], nil),
        (["WATCHDOG_PID": "17"], nil),
    ]

    @Test(arguments: watchdogs)
    func `the watchdog is kept only by the process that it is meant for`(extra: [String: String], expected: Duration?) {
        let environment = extra.merging(["NOTIFY_SOCKET": "@x"]) { old, _ in old }
        #expect(ServiceNotification(environment: environment, process: 17).watchdogInterval == expected)
    }

    /// Sleeps no time, and ends the watchdog after the given number of sleeps.
    struct CountingClock: Clock {
        let sleeps = Locked<[Duration]>([])
        let limit: Int
        var now: ContinuousClock.Instant { .now }
        var minimumResolution: Duration { .zero }

        func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
            let slept = sleeps.withLock { sleeps in
                sleeps.append(.zero)
                return sleeps.count
            }
            if slept == limit { throw CancellationError() }
        }
    }

    @Test func `the watchdog is pinged only while the program is well`() async {
        let manager = Manager(name: "@loa-watchdog-\(getpid())")
        let service = ServiceNotification(environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "30000000"])
        let answers = Locked([true, false, true])
        let watchdog = Watchdog(notification: service, clock: CountingClock(limit: 3)) {
            answers.withLock { $0.removeFirst() }
        }
        await #expect(throws: CancellationError.self) { try await watchdog.run() }
        #expect(manager.received() == "WATCHDOG=1")
        #expect(manager.received() == "WATCHDOG=1")
        #expect(manager.received() == nil)
    }

    @Test func `an unwatched service's watchdog ends with its task`() async {
        let watchdog = Watchdog(notification: ServiceNotification(environment: [:])) { true }
        let task = Task { try await watchdog.run() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
