import ArgumentParser
import Foundation

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The controller's address, as http://HOST:PORT (or LOA_URL).", valueName: "address"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "The access token (or LOA_TOKEN). Others on this machine can see the arguments of a program: prefer the variable or --token-file.",
            valueName: "token"),
        transform: { AccessToken($0) })
    var token: AccessToken?

    @Option(help: ArgumentHelp("A file that holds the access token, and nothing else.", valueName: "file"))
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "Certificate authorities (PEM) to believe instead of the system's, for https.", valueName: "file"))
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "The time zone in which times are read and shown (or TZ; default: \(LocalZone.standard)).",
            valueName: "zone"))
    var zone: String?

    @Flag(help: "Write one JSON value to standard output, as the controller's API has it.")
    var json = false

    func localZone() throws -> LocalZone {
        try LocalZone.chosen(option: zone, environment: ProcessInfo.processInfo.environment)
    }

    /// Where the controller is and how it knows us, from the options or else from `environment`.
    ///
    /// - Throws: `ClientError`.
    func connection(environment: [String: String]) throws -> (address: ControllerAddress, token: AccessToken) {
        guard let address = url ?? environment["LOA_URL"], !address.isEmpty else {
            throw ClientError.usage("say where the controller is: --url http://HOST:PORT, or set LOA_URL")
        }
        return (try ControllerAddress(address), try accessToken(environment: environment))
    }

    private func accessToken(environment: [String: String]) throws -> AccessToken {
        guard token == nil || tokenFile == nil else {
            throw ClientError.usage("give --token or --token-file, not both")
        }
        let found: AccessToken
        let source: String
        if let token {
            (found, source) = (token, "--token")
        } else if let tokenFile {
            (found, source) = (AccessToken(try Self.firstLine(of: tokenFile)), tokenFile)
        } else if let variable = environment["LOA_TOKEN"], !variable.isEmpty {
            (found, source) = (AccessToken(variable), "LOA_TOKEN")
        } else {
            throw ClientError.token(
                "there is no access token: set LOA_TOKEN, or give --token-file FILE. The controller's init wrote the first one"
            )
        }
        guard found.isWellFormed else {
            throw ClientError.token("what \(source) holds is no access token: one line of letters, digits and signs")
        }
        return found
    }

    private static func firstLine(of path: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ClientError.file("\(path) cannot be read: give --token-file the name of a file with the access token")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
