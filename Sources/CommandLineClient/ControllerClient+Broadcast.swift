import ControllerAPI
import Foundation

extension ControllerClient {
    /// Makes a broadcast, and sends the request up to three times while no answer comes. The key, a random one where none is given,
    /// makes no second broadcast of it.
    func broadcastInsisting(
        _ request: BroadcastRequest, key: String? = nil, console: Console
    ) async throws -> BroadcastItem {
        let key = key ?? UUID().uuidString.lowercased()
        for pause in [1, 2] {
            do {
                return try await broadcast(request, key: key)
            } catch ClientError.unreachable(let words) {
                console.note("loa: \(words.printable); sending it again")
                try await Task.sleep(for: .seconds(pause))
            }
        }
        do {
            return try await broadcast(request, key: key)
        } catch ClientError.unreachable(let words) {
            throw ClientError.unreachable(
                "\(words)\n  It may have been accepted: look at loa broadcasts, or send it again with --idempotency-key \(key), which makes no second one"
            )
        }
    }
}
