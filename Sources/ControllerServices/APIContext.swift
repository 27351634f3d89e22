import ControllerAPI
import Hummingbird

/// What a request carries along: whose token it came with.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    var token: TokenItem?

    init(source: ApplicationRequestContextSource) { coreContext = CoreRequestContextStorage(source: source) }

    /// JSON bodies may have as many bytes; uploads have a limit of their own.
    var maxUploadSize: Int { 256 * 1024 }
}
