import Foundation
import RuntimeSupport
import Testing

@Suite struct RealtimeKitTests {
    @Test func `RealtimeKit is asked for no more than it gives, and its answer is told`() async {
        await #expect(processExitsWith: .success) {
            let folder = FileManager.default.temporaryDirectory.appending(path: "loa-rtkit-\(getpid())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let command = folder.appending(path: "busctl")
            let script = "#!/bin/sh\necho \"$*\" > \(folder.path)/asked\ntest \"${10}\" = 7\n"
            try Data(script.utf8).write(to: command)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: command.path)

            #expect(RealtimeKit.schedule(thread: 7, priority: 40, command: command.path) == .granted)
            let asked = try String(contentsOf: folder.appending(path: "asked"), encoding: .utf8)
            #expect(asked.hasSuffix("MakeThreadRealtimeWithPID ttu \(getpid()) 7 20\n"))
            #expect(
                RealtimeKit.schedule(thread: 8, priority: 40, command: command.path)
                    == .refused(SystemError("ask RealtimeKit", number: EACCES)))
            guard case .refused = RealtimeKit.schedule(thread: 7, priority: 1, command: "\(folder.path)/nothing") else {
                Issue.record("a program that is not there was run")
                return
            }
        }
    }
}
