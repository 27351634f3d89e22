/// Where a player's events go.
struct EventOutlet: Sendable {
    /// Gives an event on, and says how many wait for their reader now; nil where it was not taken.
    var give: @Sendable (PlayerEvent) -> Int?
    /// Says that none will follow.
    var finish: @Sendable () -> Void

    init(give: @escaping @Sendable (PlayerEvent) -> Int?, finish: @escaping @Sendable () -> Void) {
        self.give = give
        self.finish = finish
    }

    /// Into a stream that holds `PlayerControl.eventLimit` of them.
    init(_ stream: AsyncStream<PlayerEvent>.Continuation) {
        self.init { event in
            if case .enqueued(let remaining) = stream.yield(event) { PlayerControl.eventLimit - remaining } else { nil }
        } finish: {
            stream.finish()
        }
    }
}
