import ArgumentParser
import RuntimeSupport

@main
enum Program {
    static func main() throws {
        try TaskPool.run { await LoaNode.main() }
    }
}
