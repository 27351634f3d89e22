import Broadcasting
import Testing

@testable import Directing

@Suite struct MemoryWriterTests {
    @Test(arguments: [6, 7] as [UInt64])
    func `what is written is the memory, whatever has changed since the last time`(seed: UInt64) throws {
        var history = History(seed: seed, keepsLog: true)
        history.live(events: 1500)
        var director = World.makeDirector(Director.Memory())
        var writer = Director.MemoryWriter()
        var most = 0
        for (number, step) in history.world.log.enumerated() {
            if case .restarted = step.event { director = World.makeDirector(director.memory) }
            _ = director.handle(step.event, at: step.now)
            guard number.isMultiple(of: 7) else { continue }
            let written = try writer.encode(director.memory)
            try #require(try Wire.decode(Director.Memory.self, from: written) == director.memory)
            most = max(most, director.memory.broadcasts.count)
        }
        #expect(most > 2)
    }

    @Test func `a name with quotation marks does no harm`() throws {
        var memory = Director.Memory()
        memory.broadcasts["a\"b"] = BroadcastMemory(scopes: [], over: Timestamp(nanoseconds: 5))
        var writer = Director.MemoryWriter()
        #expect(try Wire.decode(Director.Memory.self, from: writer.encode(memory)) == memory)
        memory.broadcasts = [:]
        #expect(try Wire.decode(Director.Memory.self, from: writer.encode(memory)) == memory)
    }
}
