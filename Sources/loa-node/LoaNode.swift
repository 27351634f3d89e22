import ArgumentParser
import Broadcasting
import FoundationEssentials
import Glibc
import Logging
import NodeServices
import RuntimeSupport
import ServiceLifecycle
import UnixSignals

struct LoaNode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loa-node", abstract: "Plays on one loudspeaker pole what its controller has signed.",
        version: loaVersion,
        subcommands: [
            RunCommand.self, CheckCommand.self, PlayCommand.self, SelfTestCommand.self, DevicesCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
}

/// What every command of the node takes.
struct NodeOptions: ParsableArguments {
    /// Where the settings are unless they are named.
    static let usualPath = "/etc/loa/node.yaml"

    @Option(help: "The node's settings file, as `loa nodes add` prints it. LOA_… variables stand above it.")
    var config = usualPath

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"

    func configuration() async throws -> NodeConfiguration { try await Self.configuration(at: config) }

    /// What the settings file at `path` says.
    static func configuration(at path: String) async throws -> NodeConfiguration {
        guard unsafe access(path, R_OK) == 0 else {
            let number = errno
            let advice =
                number == EACCES
                ? "run it as the node's user: sudo -u loa-node loa-node …" : "`loa nodes add` prints one"
            throw ValidationError("\(path) cannot be read (\(SystemError.words(for: number))): \(advice)")
        }
        do {
            return try NodeConfiguration(from: try await NodeConfiguration.reader(path: path))
        } catch {
            throw ValidationError("\(path): \(error)")
        }
    }

    /// The program's logger, once all others write to standard error.
    func logger() throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("--log-level is trace, debug, info, notice, warning, error or critical")
        }
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        return Logger(label: "loa-node")
    }
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs the node until it is stopped.")

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let logger = try options.logger()
        let configuration = try await options.configuration()
        logger.info("starting", metadata: ["node": "\(configuration.node)", "version": "\(loaVersion)"])
        let node = try Node(configuration: configuration, logger: logger)
        let supervised = SupervisedService(environment: ProcessInfo.processInfo.environment) { await node.isWell() }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: node), .init(service: supervised)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says in plain words what is wrong with this box: key, disk, clock, sound device, broker.")

    @OptionGroup var options: NodeOptions

    func run() async throws {
        let findings = await NodeCheck(configuration: try await options.configuration()).run()
        for finding in findings { print(finding) }
        if findings.contains(where: { $0.verdict == .wrong }) { throw ExitCode(1) }
    }
}
