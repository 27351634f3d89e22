import Glibc

/// What could not be done with a file, in the system's words.
struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    let step: String
    let path: String
    let number: CInt

    static func last(_ step: String, _ path: String) -> FileError { FileError(step: step, path: path, number: errno) }

    var isDiskFull: Bool { number == ENOSPC || number == EDQUOT }

    var description: String { "cannot \(step) \(path): \(Self.words(number))" }

    /// The system's words for an error number.
    static func words(_ number: CInt) -> String { unsafe String(cString: strerror(number)) }
}
