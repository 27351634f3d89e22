import Testing

@testable import Playout

/// What the account of a relay says.
@Suite struct RelayLedgerTests {
    @Test func `the account stops where the voice was heard to`() throws {
        let ledger = RelayLedger()
        #expect(ledger.account(before: 100, rate: 10) == nil)
        ledger.note(.other, frames: 100)
        #expect(ledger.account(before: 100, rate: 10) == nil)
        ledger.note(.silence, frames: 20)
        ledger.note(.live, frames: 50)
        ledger.note(.live, frames: 50)
        ledger.note(.fallback, frames: 30)
        let whole = try #require(ledger.account(before: 1_000, rate: 10))
        #expect((whole.live, whole.fallback, whole.silence) == (10, 3, 2))
        let part = try #require(ledger.account(before: 180, rate: 10))
        #expect((part.live, part.fallback, part.silence) == (6, 0, 2))
        let before = try #require(ledger.account(before: 50, rate: 10))
        #expect((before.live, before.fallback, before.silence) == (0, 0, 0))
    }

    @Test func `what proves to have been silence is counted as such`() throws {
        let ledger = RelayLedger()
        ledger.note(.live, frames: 100)
        ledger.note(.fallback, frames: 10)
        ledger.note(.live, frames: 5)
        ledger.amend(last: 40, as: .silence)
        let account = try #require(ledger.account(before: 115, rate: 1))
        #expect((account.live, account.fallback, account.silence) == (75, 0, 40))
    }

    @Test func `a stream that changes all the time costs no more memory, and nothing is lost`() throws {
        let ledger = RelayLedger()
        for _ in 0..<10_000 {
            ledger.note(.live, frames: 3)
            ledger.note(.silence, frames: 1)
        }
        let account = try #require(ledger.account(before: 40_000, rate: 1))
        #expect((account.live, account.silence) == (30_000, 10_000))
    }
}
