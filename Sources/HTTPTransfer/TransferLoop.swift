internal import CCurl
internal import Synchronization

/// Runs one transfer on the thread that calls ``run(_:)``, until it ends or another thread cancels it.
///
/// Owns one `CURLM`: made by `init`, freed with the last reference, so that a late ``cancel()`` is harmless.
@safe
final class TransferLoop: Sendable {
    // Written once, before the loop is shared. libcurl allows `curl_multi_wakeup` on it from any thread, and nothing
    // else is called on it but by the transfer's own thread.
    private nonisolated(unsafe) let handle: UnsafeMutableRawPointer
    private let cancelled = Atomic(false)

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Nil where libcurl has no memory or no TLS.
    init?() {
        guard Self.isReady, let handle = unsafe curl_multi_init() else { return nil }
        unsafe self.handle = handle
    }

    deinit {
        unsafe curl_multi_cleanup(handle)
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Ends the transfer at once, or before it begins. From any thread.
    func cancel() {
        cancelled.store(true, ordering: .relaxed)
        unsafe curl_multi_wakeup(handle)
    }

    /// Blocks until the transfer of `easy` ends, and returns how; nil where `deadline` passed before.
    ///
    /// - Throws: `CancellationError` where it was cancelled.
    func run(
        _ easy: UnsafeMutableRawPointer, deadline: () -> ContinuousClock.Instant? = { nil }
    ) throws -> CURLcode? {
        guard unsafe curl_multi_add_handle(handle, easy) == CURLM_OK else { return CURLE_OUT_OF_MEMORY }
        defer { unsafe curl_multi_remove_handle(handle, easy) }
        var running: CInt = 1
        while true {
            guard !isCancelled else { throw CancellationError() }
            guard unsafe curl_multi_perform(handle, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            guard !isCancelled else { throw CancellationError() }
            if running == 0 { break }
            // Time-outs are libcurl's own but for `deadline`: it returns in time for the nearest of them.
            var patience: CInt = 60_000
            if let deadline = deadline() {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { return nil }
                patience = CInt(clamping: min(left.milliseconds, 60_000))
            }
            guard unsafe curl_multi_poll(handle, nil, 0, patience, nil) == CURLM_OK else { return CURLE_FAILED_INIT }
        }
        var pending: CInt = 0
        while let message = unsafe curl_multi_info_read(handle, &pending) {
            if unsafe message.pointee.msg == CURLMSG_DONE { return unsafe message.pointee.data.result }
        }
        return CURLE_FAILED_INIT
    }
}
