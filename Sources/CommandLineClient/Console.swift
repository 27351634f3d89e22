import Foundation
import Glibc

/// The three streams of the program, and what stands at their ends.
///
/// Standard output has the result and nothing else; all that is said about it goes to standard error.
struct Console: Sendable {
    static let standard = Console()

    /// Whether a person can be asked.
    var canAsk: Bool { isatty(STDIN_FILENO) == 1 && errorIsTerminal }
    var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Columns of the terminal at standard output; nil where there is none, so that nothing is cut in a file.
    var outputWidth: Int? { isatty(STDOUT_FILENO) == 1 ? Self.columns(STDOUT_FILENO) : nil }
    /// Columns of the terminal at standard error, or 80.
    var errorWidth: Int { Self.columns(STDERR_FILENO) ?? 80 }

    /// Writes the result: `text` and a line end.
    func show(_ text: String) throws { try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8)) }

    /// Writes the result, lines that may be none.
    func show(_ lines: [String]) throws {
        guard !lines.isEmpty else { return }
        try show(lines.joined(separator: "\n"))
    }

    /// Says something beside the result. What cannot be said is not an error.
    func note(_ text: String) { write(text + "\n") }

    /// Replaces the line that the cursor stands in, on a terminal; nothing elsewhere.
    func status(_ line: String) {
        guard errorIsTerminal else { return }
        write("\r\(line)\u{1B}[K")
    }

    /// Takes the status line away.
    func clearStatus() { status("") }

    /// Asks, and gives the answer without the blanks around it; nil at the end of the input.
    func ask(_ question: String) -> String? {
        write(question)
        return readLine()?.trimmingCharacters(in: .whitespaces)
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

    private static func columns(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
