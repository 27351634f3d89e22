import CMosquitto
import Glibc
import Logging
import RuntimeSupport

/// Serves one connection, from the first packet to the last.
struct NetworkSession: ~Copyable {
    private enum Phase {
        case reaching
        case greeting
        case connected
        case draining(until: Int64)
        case leaving(until: Int64)
    }

    /// How long messages under way, and the farewell, have at the end.
    private static let drainTime: Int64 = 2_000_000_000
    /// How long the goodbye has.
    private static let leaveTime: Int64 = 1_000_000_000
    /// How many filters go into one request.
    private static let filtersAtOnce = 64
    /// Bytes of a packet beside its payload: the topic and the properties, with room to spare.
    static let packetOverhead = 70_000
    /// Bytes that may be on their way behind a whole packet, or belong to TLS.
    private static let margin = 65_536

    /// When the broker accepted the connection.
    private(set) var connectedAt: Int64?
    /// Whether at least the network led to the broker.
    private(set) var reachedBroker = false

    private let loop: NetworkLoop
    /// Between the library and the network, as soon as there is a connection.
    private var meter: MeteredSocket?
    private var phase = Phase.reaching
    private var keepAlive: KeepAlive
    /// What the broker has to acknowledge. A ticket of nil is the farewell.
    private var underWay: [CInt: UInt64?] = [:]
    private var asked: [CInt: [String]] = [:]
    /// True after the peer hung up while the inbox was full: polling the network again would spin.
    private var hasHungUp = false

    init(loop: NetworkLoop, keepAlive: UInt16) {
        self.loop = loop
        self.keepAlive = KeepAlive(seconds: keepAlive, now: MonotonicClock.nanoseconds)
    }

    /// Serves `connection` until it ends.
    ///
    /// - Returns: why it ended, or nil when the program asked for the end.
    mutating func serve(_ connection: borrowing BrokerConnection) -> ConnectionFailure? {
        let failure = serveUntilEnd(connection)
        if case .leaving(let end) = phase { meter?.finish(until: end) }
        return failure
    }

    private mutating func serveUntilEnd(_ connection: borrowing BrokerConnection) -> ConnectionFailure? {
        let giveUp = MonotonicClock.nanoseconds + loop.configuration.connectTimeout.nanoseconds
        while true {
            let now = MonotonicClock.nanoseconds
            if loop.outbox.isStopping, !beginToLeave(connection, now: now) { return nil }
            let socket = connection.socket
            guard socket >= 0 else { return ending(of: connection, status: 0) }
            loop.outbox.expire(now: now)
            var deadline = loop.outbox.earliestDeadline
            switch phase {
            case .reaching, .greeting:
                if now >= giveUp { return overdue(connection) }
                deadline = giveUp
            case .connected, .draining:
                if keepAlive.isDead(at: now) { return .silent }
                if keepAlive.isDue(at: now) {
                    keepAlive.checked(at: now)
                    let status = connection.keepAlive()
                    if status != 0 { return ending(of: connection, status: status) }
                    continue
                }
                deadline = earlier(deadline, keepAlive.deadline)
                if case .draining(let end) = phase { deadline = earlier(deadline, end) }
            case .leaving(let end):
                deadline = end
            }
            let status = exchange(connection, socket: socket, deadline: deadline, now: now)
            if let failure = handleReport(of: connection) ?? excess(connection.report) { return failure }
            if status != 0 || connection.socket < 0 {
                if case .leaving = phase { return nil }
                return ending(of: connection, status: status)
            }
            if isOpen { sendQueued(connection) }
        }
    }

    private var isOpen: Bool {
        switch phase {
        case .connected, .draining: true
        case .reaching, .greeting, .leaving: false
        }
    }

    private func earlier(_ first: Int64?, _ second: Int64?) -> Int64? {
        guard let first else { return second }
        return second.map { min(first, $0) } ?? first
    }

    // MARK: - The network

    /// Waits for the socket or the program, then reads and writes. Returns the library's status.
    private mutating func exchange(
        _ connection: borrowing BrokerConnection, socket: CInt, deadline: Int64?, now: Int64
    ) -> CInt {
        meter?.send()
        let isPaused = loop.inbox.isFull()
        if !isPaused { hasHungUp = false }
        var events: CInt = isPaused ? 0 : CInt(POLLIN)
        if mustWrite(connection) { events |= CInt(POLLOUT) }
        var descriptors = [
            pollfd(fd: socket, events: Int16(events), revents: 0),
            pollfd(fd: loop.wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            (hasHungUp ? nil : meter?.interest(isPaused: isPaused)) ?? pollfd(fd: -1, events: 0, revents: 0),
        ]
        let timeout = NetworkLoop.milliseconds(until: deadline, now: now)
        _ = unsafe poll(&descriptors, nfds_t(descriptors.count), timeout)
        loop.counters.withLock { $0.wakeUps += 1 }
        if descriptors[1].revents != 0 { loop.wakeUp.clear() }
        var happened = CInt(descriptors[0].revents)
        let network = CInt(descriptors[2].revents)
        guard happened != 0 || network != 0 else { return 0 }
        if case .reaching = phase {
            if let number = socketError(socket) {
                errno = number
                return MOSQ_ERR_ERRNO.rawValue
            }
            do throws(SystemError) {
                meter = try MeteredSocket(replacing: socket)
            } catch {
                errno = error.number
                return MOSQ_ERR_ERRNO.rawValue
            }
            phase = .greeting
            reachedBroker = true
        }
        let hangsUp = network & CInt(POLLHUP | POLLERR) != 0
        if isPaused {
            if hangsUp { hasHungUp = true }
        } else if happened & CInt(POLLIN) == 0, hangsUp || network & CInt(POLLIN) != 0 {
            // Only when the library has read all: it never holds more than one portion beside its packet.
            meter?.receive()
            happened |= CInt(POLLIN)
        }
        if happened & CInt(POLLIN) != 0 || isGreeting {
            let status = connection.read()
            if status != 0 { return status }
            let now = MonotonicClock.nanoseconds
            keepAlive.heard(at: now)
            if connection.report.hasAnswered {
                connection.report.hasAnswered = false
                keepAlive.spoke(at: now)
            }
        }
        if connection.socket >= 0, happened & CInt(POLLOUT) != 0 || isGreeting {
            keepAlive.spoke(at: MonotonicClock.nanoseconds)
            return connection.write()
        }
        return 0
    }

    /// Looks whether the broker sends more than it may: MQTT 5 forbids it, and a hostile one does it.
    private mutating func excess(_ report: ConnectionReport) -> ConnectionFailure? {
        if report.hasUnaskedQuality { return .unaskedQuality }
        if report.hasWholePacket {
            report.hasWholePacket = false
            meter?.restartCount()
        }
        let limit = loop.configuration.maximumPayload + Self.packetOverhead
        // TLS, with records of a kilobyte, adds a thirtieth.
        guard (meter?.count ?? 0) > limit + limit / 16 + Self.margin else { return nil }
        return .tooLarge(limit: limit)
    }

    private var isGreeting: Bool {
        if case .greeting = phase { return true }
        return false
    }

    /// Whether to wait for room in the socket.
    private func mustWrite(_ connection: borrowing BrokerConnection) -> Bool {
        switch phase {
        case .reaching: true
        // During the TLS handshake the library wants to write all the time, and has nothing to write.
        case .greeting: loop.configuration.tls == nil && connection.wantsWrite
        case .connected, .draining, .leaving: connection.wantsWrite
        }
    }

    /// The error that the kernel keeps for the socket.
    private func socketError(_ socket: CInt) -> CInt? {
        var number: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size) == 0, number != 0 else { return nil }
        return number
    }

    // MARK: - What the broker said

    /// Acts on what the callbacks have told. Returns why the connection cannot go on, if it cannot.
    private mutating func handleReport(of connection: borrowing BrokerConnection) -> ConnectionFailure? {
        let report = connection.report
        if let welcome = report.welcome.take() {
            guard welcome.code == 0 else {
                let configuration = loop.configuration
                return .refused(
                    code: welcome.code, version: configuration.version, clientID: configuration.clientID)
            }
            accept(welcome, connection)
        }
        if report.dropped > 0 {
            let count = report.dropped
            report.dropped = 0
            loop.counters.withLock { $0.dropped += count }
            loop.logger.warning(
                "incoming messages dropped: too large, or no valid topic", metadata: ["count": "\(count)"])
        }
        for message in report.messages {
            loop.counters.withLock { $0.received += 1 }
            loop.inbox.put(.message(message))
        }
        report.messages.removeAll(keepingCapacity: true)
        for (identifier, codes) in report.subscribed { answer(identifier, codes) }
        report.subscribed.removeAll()
        settle(report)
        return nil
    }

    private mutating func accept(_ welcome: ConnectionReport.Welcome, _ connection: borrowing BrokerConnection) {
        let now = MonotonicClock.nanoseconds
        connectedAt = now
        phase = .connected
        keepAlive = KeepAlive(seconds: welcome.keepAlive ?? loop.configuration.keepAlive, now: now)
        loop.counters.withLock { $0.connections += 1 }
        loop.logger.info(
            "connected", metadata: ["broker": "\(loop.configuration)", "session": "\(welcome.sessionPresent)"])
        if !welcome.retainsMessages {
            loop.logger.warning("the broker keeps no retained messages: who connects later will miss them")
        }
        // Opened first: who reads the event may publish at once.
        let filters = loop.outbox.open()
        loop.inbox.put(.connected(sessionPresent: welcome.sessionPresent))
        for qos in QualityOfService.allCases {
            subscribe(filters.filter { $0.qos == qos }.map(\.filter), qos: qos, connection)
        }
    }

    private mutating func answer(_ identifier: CInt, _ codes: [CInt]) {
        guard let filters = asked.removeValue(forKey: identifier) else { return }
        var granted: [String] = []
        for (filter, code) in zip(filters, codes) {
            guard code >= 128 else {
                granted.append(filter)
                continue
            }
            let reason = unsafe String(cString: mosquitto_reason_string(code))
            loop.logger.warning("subscription refused", metadata: ["filter": "\(filter)", "reason": "\(reason)"])
            loop.inbox.put(.subscriptionRefused(filter: filter, reason: reason))
        }
        if !granted.isEmpty { loop.inbox.put(.subscribed(filters: granted)) }
    }

    /// Gives acknowledgements to those who wait for them.
    private mutating func settle(_ report: ConnectionReport) {
        for (identifier, code) in report.acknowledged {
            guard let ticket = underWay.removeValue(forKey: identifier) else { continue }
            if code < 128 { loop.counters.withLock { $0.published += 1 } }
            guard let ticket else { continue }
            let refusal = MessagingError.refused(
                code: Int(code), reason: unsafe String(cString: mosquitto_reason_string(code)))
            loop.outbox.settle(ticket, code < 128 ? .success(()) : .failure(refusal))
        }
        report.acknowledged.removeAll(keepingCapacity: true)
    }

    // MARK: - What the program wants

    /// Hands the library what callers have queued.
    private mutating func sendQueued(_ connection: borrowing BrokerConnection) {
        let (messages, changes) = loop.outbox.drain()
        for change in changes {
            switch change {
            case .subscribe(let filter, let qos): subscribe([filter], qos: qos, connection)
            case .unsubscribe(let filter): connection.unsubscribe(filter)
            }
        }
        for outgoing in messages { publish(outgoing.message, ticket: outgoing.ticket, connection) }
        if !messages.isEmpty || !changes.isEmpty { keepAlive.spoke(at: MonotonicClock.nanoseconds) }
        // A QoS 0 message that went straight to the kernel is acknowledged already.
        settle(connection.report)
    }

    private mutating func publish(_ message: Message, ticket: UInt64?, _ connection: borrowing BrokerConnection) {
        do throws(MessagingError) {
            underWay.updateValue(ticket, forKey: try connection.publish(message))
        } catch {
            if let ticket { loop.outbox.settle(ticket, .failure(error)) }
        }
    }

    private mutating func subscribe(
        _ filters: [String], qos: QualityOfService, _ connection: borrowing BrokerConnection
    ) {
        for start in stride(from: 0, to: filters.count, by: Self.filtersAtOnce) {
            let some = Array(filters[start..<min(start + Self.filtersAtOnce, filters.count)])
            do throws(MessagingError) {
                asked[try connection.subscribe(some, qos: qos)] = some
            } catch {
                loop.logger.warning("not subscribed", metadata: ["filters": "\(some)", "error": "\(error)"])
            }
        }
    }

    // MARK: - The end

    /// Goes one step towards the end that the program asked for. Returns false when there is nothing left to do.
    private mutating func beginToLeave(_ connection: borrowing BrokerConnection, now: Int64) -> Bool {
        switch phase {
        case .reaching, .greeting: return false
        case .connected:
            loop.outbox.refuse()
            sendQueued(connection)
            if let message = loop.farewell() { publish(message, ticket: nil, connection) }
            settle(connection.report)
            phase = .draining(until: now + Self.drainTime)
            return beginToLeave(connection, now: now)
        case .draining(let end):
            guard underWay.isEmpty || now >= end else { return true }
            phase = .leaving(until: now + Self.leaveTime)
            connection.disconnect()
            return connection.socket >= 0
        case .leaving(let end): return connection.socket >= 0 && now < end
        }
    }

    /// Puts the end of a connection into words.
    private func ending(of connection: borrowing BrokerConnection, status: CInt) -> ConnectionFailure {
        let number = errno
        let report = connection.report
        if status == MOSQ_ERR_TLS.rawValue { return .insecure(report.complaint ?? "TLS failed") }
        if connectedAt != nil {
            return .lost(code: report.ending ?? status, clientID: loop.configuration.clientID)
        }
        // A peer that hangs up at once leaves these two; every other error is the network's.
        let wasReached = reachedBroker || number == EPIPE || number == ECONNRESET
        guard wasReached else { return .unreachable(connection.broker, number: number) }
        return .closedEarly(connection.broker, usesTLS: loop.configuration.tls != nil)
    }

    /// Names what took too long.
    private func overdue(_ connection: borrowing BrokerConnection) -> ConnectionFailure {
        reachedBroker ? .unwelcomed(connection.broker) : .unreachable(connection.broker, number: ETIMEDOUT)
    }
}
