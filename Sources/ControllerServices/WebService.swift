import Hummingbird
import NIOCore
import ServiceLifecycle

/// The HTTP server as a service that says in plain words why it cannot listen.
struct WebService<Application: ApplicationProtocol>: Service {
    let application: Application
    let address: String

    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw ConfigurationError(
                text:
                    "HTTP cannot be served at \(address): \(FileError.words(error.errnoCode)); see http.host and http.port"
            )
        }
    }
}
