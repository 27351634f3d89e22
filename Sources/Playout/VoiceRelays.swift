import Relaying
import RuntimeSupport

/// The connections to the stations of one voice. They outlive its decks, so that a relay which is interrupted need not connect again.
final class VoiceRelays: Sendable {
    private struct State {
        /// By the number of the segment.
        var receivers: [Int: RelayReceiver] = [:]
        var isOver = false
        /// Wakes the deck of the moment when a stream can be heard.
        var wake: WakeUp?
        /// Of receivers that are gone.
        var reconnects = 0
        var lastError: String?
    }

    let limits: RelayLimits
    private let authorities: String?
    /// Whether no station is ever called.
    private let isOffline: Bool
    private let tell: @Sendable (RelayNews) -> Void
    private let state = Locked(State())

    init(
        limits: RelayLimits, authorities: String?, isOffline: Bool = false,
        tell: @escaping @Sendable (RelayNews) -> Void
    ) {
        self.limits = limits
        self.authorities = authorities
        self.isOffline = isOffline
        self.tell = tell
    }

    /// Has `wake` signalled whenever enough of a stream has come.
    func wake(_ wake: WakeUp) {
        state.withLock { $0.wake = wake }
    }

    /// The connection of segment `index`, made now if there is none; nil where the system has no room for it, or there is to be none.
    func connect(_ index: Int, url: String) -> RelayReceiver? {
        state.withLock { state in
            if let known = state.receivers[index] { return known }
            guard !isOffline, !state.isOver else { return nil }
            do {
                let receiver = try RelayReceiver(url: url, limits: limits, authorities: authorities, tell: tell) {
                    [weak self] in
                    self?.state.withLock { $0.wake }?.signal()
                }
                try receiver.begin()
                state.receivers[index] = receiver
                return receiver
            } catch {
                state.lastError = "\(error)"
                return nil
            }
        }
    }

    /// Says that the voice starts soon.
    func hurry() {
        for receiver in state.withLock({ Array($0.receivers.values) }) { receiver.hurry() }
    }

    /// Ends the connection of segment `index`, whose time is over.
    func disconnect(_ index: Int) {
        state.withLock { state in
            guard let receiver = state.receivers.removeValue(forKey: index) else { return }
            bury(receiver, &state)
        }
    }

    /// Says that nothing is played for now: the newest seconds of each stream are kept.
    func rest() {
        for receiver in state.withLock({ Array($0.receivers.values) }) { receiver.setListening(false) }
    }

    /// Ends all connections.
    func cancel() {
        state.withLock { state in
            state.isOver = true
            for receiver in state.receivers.values { bury(receiver, &state) }
            state.receivers = [:]
        }
    }

    /// How often it was tried to connect again, and why a connection was last lost.
    var troubles: (reconnects: Int, lastError: String?) {
        state.withLock { state in
            state.receivers.values.reduce((state.reconnects, state.lastError)) { sum, receiver in
                let status = receiver.status
                return (sum.0 + status.reconnects, status.trouble ?? sum.1)
            }
        }
    }

    private func bury(_ receiver: RelayReceiver, _ state: inout State) {
        receiver.cancel()
        let status = receiver.status
        state.reconnects += status.reconnects
        state.lastError = status.trouble ?? state.lastError
    }
}
