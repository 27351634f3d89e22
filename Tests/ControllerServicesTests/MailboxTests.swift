import Testing

@testable import ControllerServices

/// From one task to another, many at once.
@Suite struct MailboxTests {
    @Test func `what is brought is taken in order, all of it`() async {
        let box = Mailbox<Int>(capacity: 7)
        async let bringing: Void = {
            for number in 0..<1000 { await box.put(number) }
            await box.close()
        }()
        var taken: [Int] = []
        while let some = await box.take() {
            #expect((1...7).contains(some.count))
            taken += some
        }
        await bringing
        #expect(taken == Array(0..<1000))
    }

    @Test func `a closed box gives out what it has, then ends, and takes nothing more`() async {
        let box = Mailbox<Int>(capacity: 2)
        await box.put(1)
        await box.close()
        await box.put(2)
        #expect(await box.take() == [1])
        #expect(await box.take() == nil)
    }
}
