import CommandLineClient
import Foundation

/// `loa`, the command line for broadcasters and for ops.
@main
enum Program {
    static func main() async {
        exit(await LoaCommand.perform(Array(CommandLine.arguments.dropFirst())))
    }
}
