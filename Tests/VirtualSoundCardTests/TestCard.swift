import Foundation
import Glibc

/// A virtual sound card in a folder of its own, which is gone with it.
final class TestCard {
    let folder: String
    let options: String

    /// Whether this program and the plugin are built with a sanitizer.
    static var isSanitized: Bool {
        unsafe dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
    }

    /// Makes a card. `options` are added to its asoundrc as they are.
    init(options: String = "") throws {
        folder = NSTemporaryDirectory() + "loa-card-" + UUID().uuidString
        self.options = options
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try asoundrc.write(toFile: path("asoundrc"), atomically: true, encoding: .utf8)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func path(_ name: String) -> String {
        folder + "/" + name
    }

    /// The plugin lies in the build folder, beside the program that runs the tests.
    private var plugin: String {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (program as NSString).deletingLastPathComponent + "/libasound_module_pcm_loa.so"
    }

    var asoundrc: String {
        """
        pcm_type.loa { lib "\(plugin)" }
        pcm.speaker {
            type loa
            name "test"
            recording "\(path("heard.wav"))"
            control "\(path("control"))"
            \(options)
        }

        """
    }

    /// Writes the control file, or puts another in its place.
    func say(_ words: String, replacing: Bool = false) throws {
        try words.write(toFile: path("control"), atomically: replacing, encoding: .utf8)
    }

    /// What was heard, as file `number` has it.
    func heard(_ number: Int = 1) throws -> WaveFile {
        try WaveFile(path: path(number == 1 ? "heard.wav" : "heard.\(number).wav"))
    }

    func segments() throws -> [Segment] {
        let lines = try String(contentsOfFile: path("heard.wav.segments"), encoding: .utf8)
        return try lines.split(separator: "\n").map { try JSONDecoder().decode(Segment.self, from: Data($0.utf8)) }
    }

    /// Runs a program that finds the card under the name `speaker`, and waits for its end.
    @discardableResult
    func run(_ program: String, _ arguments: String...) async throws -> Int32 {
        try await spawn([program] + arguments).value
    }

    /// Starts a program. The value of the task is its exit status.
    func spawn(_ command: String...) throws -> Task<Int32, Never> {
        try spawn(command)
    }

    private func spawn(_ command: [String]) throws -> Task<Int32, Never> {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(["ALSA_CONFIG_PATH": path("asoundrc")]) { $1 }
        process.currentDirectoryURL = URL(filePath: folder)
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { end.yield($0.terminationStatus) }
        try process.run()
        return Task { await ends.first { _ in true } ?? -1 }
    }
}
