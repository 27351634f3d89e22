import ArgumentParser
import Broadcasting
import NodeServices

struct SelfTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "self-test",
        abstract: "Plays a sweep, and listens whether it came out of the horn.",
        discussion: """
            With a microphone (--capture, or device.capture of the settings file) it says: heard, how loud and how much later; or not \
            heard. Without one it plays the sweep for your own ears.
            Status 0: heard, or played where nobody listens. 2: not heard. 1: the test could not be made.
            """)

    @OptionGroup var options: OutputOptions

    @Option(help: "The ALSA device to listen on, as `arecord -L` lists them. [default: device.capture]")
    var capture: String?

    @Option(parsing: .unconditional, help: "The crest of the sweep in dBFS, -60 to 0.")
    var level = NodeSettings.SelfTest.usualLevel

    @Flag(help: "Say it as JSON.")
    var json = false

    func validate() throws {
        guard (-60...0).contains(level) else { throw ValidationError("--level is -60 to 0 dBFS") }
    }

    func run() async throws {
        let (settings, output) = try await options.settings()
        let test = LocalSelfTest(on: output, microphone: capture ?? settings?.capture, level: level)
        let result = try await Interruption.cancelling { try await test.run() }
        if json {
            print(String(decoding: try Wire.encode(result), as: UTF8.self))
        } else {
            print(Self.line(result))
        }
        if result.heard == false { throw ExitCode(2) }
        if result.heard == nil, result.error != nil { throw ExitCode(1) }
    }

    static func line(_ result: SelfTestResult) -> String {
        let words =
            switch result.heard {
            case true:
                "HEARD: \(figure(result.level)) dBFS at the microphone, after \(figure(result.delay.map { $0 * 1000 })) ms, "
                    + "\(figure(result.prominence)) dB above the rest"
            case false:
                "NOT HEARD: the sweep was played, and the microphone did not hear it. "
                    + "Look at amplifier, horn, cable and microphone"
            case nil:
                result.error == nil
                    ? "played, nobody listened: did you hear it? (--capture names a microphone)"
                    : "the test could not be made"
            }
        return words + (result.error.map { ": \($0)" } ?? "")
    }

    private static func figure(_ value: Double?) -> String { value.map { "\(($0 * 10).rounded() / 10)" } ?? "?" }
}
