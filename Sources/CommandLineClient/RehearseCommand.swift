import ArgumentParser
import Broadcasting
import Rehearsing
import ScheduleFiles
import SoundWriting
import ZoneReading

/// `loa rehearse`
struct RehearseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse", abstract: "Play a node's time through before it comes. Needs no network.",
        discussion: """
            What would sound at a node by the schedules of one or more files, what would be refused, interrupted or missed, and why: \
            decided by the code that decides it on the node, on a clock that runs as fast as this machine can. The node has been on for a \
            week, has all its audio and a right clock. Relays are not connected to: in their place stands what sounds when a \
            station does not answer.

            loa rehearse schedules/commune.yaml --node cl-01 --from 24/11/2026 --to 25/11/2026
            loa rehearse schedules/commune.yaml schedules/flood-plan.yaml --node cl-01 --call lu-khan-cap@05:10
            loa rehearse schedules/commune.yaml --node cl-01 --from 04:55 --to 05:30 --out morning.flac
            """)

    @Argument(help: ArgumentHelp("The schedule files.", valueName: "file"))
    var files: [String]

    @Option(
        help: ArgumentHelp("The node, as the files name it under nodes.", valueName: "id"), transform: Arguments.node)
    var node: NodeID

    @Option(
        help: ArgumentHelp("The first instant (default: the next midnight).", valueName: "time"),
        transform: { try WrittenTime.orMidnight($0) })
    var from: WrittenTime?

    @Option(
        help: ArgumentHelp("The last instant (default: a day after the first).", valueName: "time"),
        transform: { try WrittenTime.orMidnight($0) })
    var to: WrittenTime?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Scopes that the node obeys beside those that the files give it.", valueName: "scope"),
        transform: Arguments.scope)
    var scopes: [Scope] = []

    @Option(
        help: ArgumentHelp(
            "The node's settings (scopes, volumes, quiet hours, limits), as loa nodes show ID --json writes them, in place of what the files say of the node.",
            valueName: "file"))
    var settings: String?

    @Option(
        name: .customLong("call"),
        help: ArgumentHelp(
            "Call a broadcast that a file has drawn up, at that time; may be given more than once.",
            valueName: "name@time"),
        transform: { try WrittenCall($0) })
    var calls: [WrittenCall] = []

    @Option(
        help: ArgumentHelp(
            "The time zone in which times are read and shown (default: that of the first file).", valueName: "zone"))
    var zone: String?

    @Option(
        help: ArgumentHelp(
            "Write the sound to this file as well, silence between included: FLAC, or WAV where its name ends in .wav.",
            valueName: "file"))
    var out: String?

    @Flag(help: "Write one JSON value to standard output.")
    var json = false

    /// Seconds for which the node has been on when the rehearsal begins, so that what may sound in a week has been counted; and for
    /// which it goes on after its end, so that it is known how what sounds then ends.
    static let leadIn = 8.0 * 86_400
    static let leadOut = 86_400.0
    /// The longest rehearsal, in seconds.
    static let longest = 366.0 * 86_400

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("say what to rehearse: one or more schedule files") }
    }

    func run() async throws {
        let console = Console.standard
        if let out, SoundFileForm(path: out) == nil {
            throw ClientError.usage("'\(out)' says neither FLAC nor WAV: give --out a name that ends in .flac or .wav")
        }
        let station = try RehearsedStation(node: node, paths: files, settings: settings, scopes: scopes)
        let local = try LocalZone(zone ?? station.plans[0].file.zone)
        let start =
            from?.resolved(now: .now, in: local)
            ?? WrittenTime.timeOfDay(hour: 0, minute: 0).resolved(now: .now, in: local)
        let end = to?.resolved(now: start, in: local) ?? start.advanced(bySeconds: 86_400)
        guard start < end else {
            throw ClientError.usage("--to \(local.text(end)) is not after --from \(local.text(start)) (\(local.name))")
        }
        guard end.seconds(since: start) <= Self.longest else {
            throw ClientError.usage(
                "a rehearsal is 366 days at the most: --from \(local.text(start)) --to \(local.text(end))")
        }
        let script = try station.script(calls: calls, from: start, in: local)
        var timeline = Timeline()
        Rehearsal.run(
            script, from: start.advanced(bySeconds: -Self.leadIn), to: end.advanced(bySeconds: Self.leadOut),
            zones: ZoneDatabase().rules
        ) { timeline.note($0) }
        var report = RehearsalReport(
            node: node, from: start, to: end, zone: local.name, quietHours: station.settings.quietHours,
            cues: timeline.cues(from: start, to: end))
        if let out {
            report.recording = try RehearsalRecorder(path: out, station: station, console: console).record(
                script, leadIn: Self.leadIn, from: start, to: end)
        }
        if json { return try console.show(json: report) }
        for note in station.notes { console.note("note: \(note)".printable) }
        if !report.cues.isEmpty { try console.show(report.table(zone: local).lines(width: console.outputWidth)) }
        console.note(report.summary.printable)
        if let recording = report.recording { console.note(recording.text.printable) }
    }
}
