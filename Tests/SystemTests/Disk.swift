import BroadcastTesting
import Foundation

/// What a node's state lies on.
enum Disk: Hashable, Sendable {
    /// A folder of the machine's.
    case ordinary
    /// A disk of so many MB in memory, which nobody else sees and which goes with the program.
    case small(megabytes: Int)
    /// The folder, of which nothing can be changed.
    case readOnly

    /// Whether this process may mount disks.
    static let canMount: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// What to run so that `program` runs with its state folder on this disk.
    func command(_ program: [String], state: String) -> [String] {
        switch self {
        case .ordinary: program
        case .small(let megabytes):
            ["unshare", "--mount", "sh", "-c"] + [
                "mkdir -p \"$0\" && mount -t tmpfs -o size=\(megabytes)m tmpfs \"$0\" && exec \"$@\"", state,
            ] + program
        case .readOnly:
            ["unshare", "--mount", "sh", "-c"] + [
                "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"", state,
            ] + program
        }
    }
}
