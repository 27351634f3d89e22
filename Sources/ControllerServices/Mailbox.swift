/// Collects what one task brings, until another takes all of it at once.
///
/// Holds `capacity` at the most: whoever brings more waits. For one bringer and one taker.
actor Mailbox<Item: Sendable> {
    private var items: [Item] = []
    private let capacity: Int
    private var isClosed = false
    private var taker: CheckedContinuation<Void, Never>?
    private var bringer: CheckedContinuation<Void, Never>?

    init(capacity: Int) { self.capacity = capacity }

    /// Puts `item` in, as soon as there is room. Forgets it when the box is closed.
    func put(_ item: Item) async {
        while items.count >= capacity, !isClosed {
            await withCheckedContinuation { bringer = $0 }
        }
        guard !isClosed else { return }
        items.append(item)
        taker.take()?.resume()
    }

    /// Takes everything out, as soon as there is something; nil when the box is closed and empty.
    func take() async -> [Item]? {
        while items.isEmpty {
            if isClosed { return nil }
            await withCheckedContinuation { taker = $0 }
        }
        defer { items.removeAll(keepingCapacity: true) }
        bringer.take()?.resume()
        return items
    }

    /// Lets nothing more in.
    func close() {
        isClosed = true
        taker.take()?.resume()
        bringer.take()?.resume()
    }
}
