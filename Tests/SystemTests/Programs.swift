import BroadcastTesting
import Foundation

/// The programs and the libraries of this build that programs load: they lie beside the program that runs the tests.
enum Programs {
    static let node = beside("loa-node")
    static let controller = beside("loa-controller")
    static let client = beside("loa")
    static let soundCard = beside("libasound_module_pcm_loa.so")
    /// To be preloaded, so that a program sees another time of day.
    static let clockShift = beside("libloa_clock_shift.so")

    private static func beside(_ name: String) -> String {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (tests as NSString).deletingLastPathComponent + "/" + name
    }
}

/// A tool that a test needs did not do its work.
struct ToolFailure: Error, CustomStringConvertible {
    let description: String
}

/// Programs run to their end.
enum Tool {
    /// Runs a program, and returns what it wrote to its standard output.
    ///
    /// - Throws: `ToolFailure` with what it wrote to its standard error, when it ended otherwise than with status 0.
    @discardableResult
    static func run(
        _ program: String, _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> String {
        try await run(program, arguments, environment: environment)
    }

    /// Runs a program, and returns what it wrote to its standard output.
    @discardableResult
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> String {
        let (ending, child) = try await end(of: program, arguments, environment: environment)
        guard ending == .exited(0) else {
            throw ToolFailure(description: "\(program) \(arguments): \(ending)\n\(child.output)\(child.errors)")
        }
        return child.output
    }

    /// Runs a program, whatever its end, and returns that with all that it wrote.
    static func end(
        of program: String, _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> (ending: ChildProcess.Ending, child: ChildProcess) {
        let child = try ChildProcess(program, arguments, environment: environment)
        let ending = await child.wait()
        await child.outputEnds()
        return (ending, child)
    }
}

extension ChildProcess {
    /// Waits until all that the program wrote has been read: a pipe is emptied after its writer has ended.
    func outputEnds() async { _ = try? await line { _ in false } }
}
