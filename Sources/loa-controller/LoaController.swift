import ArgumentParser
import ControllerServices
import Foundation
import Logging

/// The controller's program: reads its configuration and runs, or does one thing by hand.
@main
struct LoaController: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loa-controller", abstract: "Tells loudspeaker nodes what to play, and collects what they played.",
        version: Controller.version,
        subcommands: [Initialise.self, Serve.self, Check.self, BrokerConfig.self, Token.self, Restored.self])
}

/// The options that every subcommand has.
struct Place: ParsableArguments {
    @Option(help: "The folder of the controller's state.")
    var state = "/var/lib/loa-controller"

    @Option(help: "The configuration file; STATE/controller.yaml where not given.")
    var config: String?

    var folder: StateFolder { StateFolder(path: state) }

    func configuration() async throws -> ControllerConfiguration {
        try await ControllerConfiguration(
            path: config ?? folder.configuration, environment: ProcessInfo.processInfo.environment)
    }
}

struct Initialise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make the state folder: key pair, ledger, first token, configuration.")

    @OptionGroup var place: Place
    @Flag(help: "Keep the first token in STATE/token, too.")
    var saveToken = false

    func run() async throws {
        let setup = try await Controller.initialise(place.folder, writesToken: saveToken)
        print("state      \(place.folder.path)")
        print("settings   \(place.folder.configuration)")
        print("public key \(setup.publicKey)")
        print("token      \(setup.token)")
        print("The token is told only now\(saveToken ? " and kept in \(place.folder.token)" : "").")
    }
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the controller.")

    @OptionGroup var place: Place

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "loa-controller")
        logger.logLevel = environment["LOA_LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0) } ?? .info
        let controller = try await Controller(
            state: place.folder, configuration: try await place.configuration(), logger: logger)
        try await controller.run(environment: environment, logger: logger) { [logger] port in
            logger.info("serving", metadata: ["port": "\(port)"])
        }
    }
}

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say in plain words what is wrong, if anything is.")

    @OptionGroup var place: Place

    func run() async throws {
        let logger = Logger(label: "loa-controller") { _ in SwiftLogNoOpLogHandler() }
        let checkup = await Checkup(
            state: place.folder, configuration: try await place.configuration(), logger: logger)
        for finding in checkup.findings { print(finding) }
        if !checkup.isWell { throw ExitCode(1) }
    }
}

struct BrokerConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make mosquitto's access list and password file.",
        discussion: """
            Run it again after a node was added or got a new password, and send mosquitto SIGHUP. The files begin with mode \
            0600; give them to the broker's user once, and later runs keep owner and mode.
            """)

    @OptionGroup var place: Place
    @Option(help: "The folder for loa.acl and loa.passwords; printed where not given.")
    var output: String?

    func run() async throws {
        let files = try await BrokerFiles(
            state: place.folder, configuration: try await place.configuration(), folder: output ?? "/etc/mosquitto")
        if let output {
            try files.write(to: output)
            print(files.configuration, terminator: "")
        } else {
            print("# mosquitto.conf\n\(files.configuration)")
            print("# loa.acl\n\(files.accessList)\n# loa.passwords\n\(files.passwords)", terminator: "")
        }
    }
}

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make another token.")

    @OptionGroup var place: Place
    @Argument(help: "Whose it is, or what for.")
    var name: String

    func run() async throws { print(try await Controller.makeToken(name: name, state: place.folder)) }
}

struct Restored: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Begin a new epoch after the state was restored from a backup.",
        discussion: "Stop the controller first. Nodes then accept its documents though they hold newer ones.")

    @OptionGroup var place: Place

    func run() async throws {
        let epoch = try await Controller.beginEpoch(
            state: place.folder, configuration: try await place.configuration())
        print("epoch \(epoch) begins; start the controller now")
    }
}
