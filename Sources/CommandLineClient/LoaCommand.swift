public import ArgumentParser

/// The command `loa`, a client of the controller's HTTP interface.
public struct LoaCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "loa",
        abstract: "Broadcast to the loudspeakers of a Loa controller, and see what they sounded.",
        discussion: """
            The controller and the access token come from --url and --token-file, or from the variables LOA_URL and LOA_TOKEN.

            TIME is 17:05 (the next time that the clock shows it), '21/11/2026 17:05', or RFC 3339 as 2026-11-21T17:05:00+07:00. \
            The first two, and all times that are shown, are in the zone of --zone, or else TZ, or else \(LocalZone.standard).
            DURATION is 90s, 15m, 2h, 1d, or 1h30m.
            SCOPE is node.ID, hamlet.ID, commune.ID, province.ID or group.ID.

            With --json, standard output gets exactly one JSON value (loa watch: one on each line), and nothing when the command fails. \
            Errors go to standard error, in words.

            EXIT STATUS
              0   done
              1   loa broadcasts wait: it has ended, and not on every node as finished; loa schedule check: programmes clash; \
                  loa schedule expand: there is more than was listed
              2   loa broadcasts wait: the time-out came first
              3   the controller refused the request
              4   the controller was not reached, or its answer cannot be read
              5   there is no access token, or the controller does not accept it
              6   a file of this machine cannot be read, or is wrong
              7   the person at the terminal did not confirm
              64  the arguments are wrong
              74  the result could not be written
            """,
        version: version,
        subcommands: [
            AudioCommand.self, BroadcastCommand.self, BroadcastsCommand.self, HaltCommand.self, NodesCommand.self,
            RehearseCommand.self, ScheduleCommand.self, WatchCommand.self,
        ])

    static let version = "0.1.0"

    public init() {}

    /// Does what `arguments` say, and gives the status to exit with. Says on standard error what went wrong.
    public static func perform(_ arguments: [String]) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let error as ClientError {
            Console.standard.note("loa: \(error)")
            return error.exitStatus
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            let status = exitCode(for: error).rawValue
            guard status != ExitCode.failure.rawValue else {
                Console.standard.note("loa: the result could not be written: \(error)".printable)
                return 74
            }
            let message = fullMessage(for: error)
            if !message.isEmpty {
                if status == 0 { try? Console.standard.show(message) } else { Console.standard.note(message) }
            }
            return status
        }
    }
}
