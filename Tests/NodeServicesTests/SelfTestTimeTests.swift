import Broadcasting
import Testing

@testable import NodeServices

@Suite struct SelfTestTimeTests {
    private let node = NodeID(unchecked: "cl-01")
    private let setting = NodeSettings.SelfTest(at: "11:30")
    /// East of UTC in Vietnam.
    private let offset = 25_200

    /// A local time of day on a day in November, `day` days later.
    private func local(_ hour: Int, _ minute: Int, day: Int = 0) -> Timestamp {
        let midnight: Int64 = 1_795_219_200 - 25_200
        return Timestamp(nanoseconds: (midnight + Int64(day * 86_400 + hour * 3600 + minute * 60)) * 1_000_000_000)
    }

    private func due(last: Timestamp?, now: Timestamp, setting: NodeSettings.SelfTest? = nil) -> Timestamp? {
        SelfTestTime.due(setting ?? self.setting, node: node, last: last, now: now, offset: offset)
    }

    @Test func `it is due from its time on, once a day, and not after six hours`() throws {
        let begin = local(11, 30).advanced(bySeconds: Double(SelfTestTime.spread(node)))
        #expect(due(last: nil, now: begin.advanced(bySeconds: -1)) == nil)
        #expect(due(last: nil, now: begin) == begin)
        #expect(due(last: local(11, 41, day: -1), now: local(12, 0)) == begin)
        #expect(due(last: begin, now: begin.advanced(bySeconds: 1)) == nil)
        #expect(due(last: local(11, 45), now: local(17, 0)) == nil)
        #expect(due(last: nil, now: local(17, 29)) == begin)
        #expect(due(last: nil, now: local(17, 45)) == nil)
    }

    @Test func `a time shortly before midnight is waited for beyond it`() throws {
        let late = NodeSettings.SelfTest(at: "23:50")
        let found = try #require(due(last: nil, now: local(0, 30, day: 1), setting: late))
        #expect(found >= local(23, 50) && found < local(0, 0, day: 1))
        #expect(due(last: local(0, 10, day: 1), now: local(0, 30, day: 1), setting: late) == nil)
    }

    @Test func `a test of the future, made by a clock that was wrong, holds nothing up`() {
        #expect(due(last: local(12, 0, day: 400), now: local(12, 0)) != nil)
    }

    @Test(arguments: [(0, 0), (11, 29), (11, 45), (23, 59)]) func `the next time is ahead, within a day`(
        hour: Int, minute: Int
    ) {
        let now = local(hour, minute)
        let next = SelfTestTime.next(setting, node: node, now: now, offset: offset)
        #expect(next > now && next <= now.advanced(bySeconds: 86_400))
    }

    @Test func `neighbours begin at other times, within ten minutes`() {
        let spreads = (1...40).map { SelfTestTime.spread(NodeID(unchecked: "cl-\($0)")) }
        #expect(spreads.allSatisfy { (0..<600).contains($0) && $0.isMultiple(of: 5) })
        #expect(Set(spreads).count > 28)
    }

    @Test func `what a test found is a fault when nobody heard it, or when it could not be made as asked`() {
        func complaint(_ heard: Bool?, _ error: String?) -> String? {
            var result = SelfTestResult(at: local(11, 30))
            result.heard = heard
            result.error = error
            return result.complaint
        }
        #expect(complaint(true, nil) == nil)
        #expect(complaint(nil, nil) == nil)
        #expect(complaint(false, nil)?.contains("did not hear") == true)
        #expect(complaint(nil, "no microphone")?.contains("no microphone") == true)
        #expect(complaint(true, "overdriven")?.contains("overdriven") == true)
    }

    @Test func `a test that is asked for and was not made for three days is a fault that says when it would be made`() {
        func complaint(last: Timestamp?, since: Timestamp, day: Int) -> String? {
            SelfTestTime.complaint(setting, last: last, since: since, now: local(12, 0, day: day))
        }
        let (tested, old) = (local(11, 31), local(8, 0, day: -90))
        #expect(complaint(last: tested, since: old, day: 3) != nil)
        #expect(complaint(last: tested, since: old, day: 2) == nil)
        let words = complaint(last: tested, since: old, day: 40)
        #expect(words?.contains("for 40 days") == true && words?.contains("from 11:30 on") == true)
        // None was ever made, or long before one was asked for.
        for last in [nil, local(11, 31, day: -80)] {
            #expect(complaint(last: last, since: local(8, 0), day: 2) == nil)
            #expect(complaint(last: last, since: local(8, 0), day: 4)?.contains("for 4 days") == true)
        }
        // What was made by a clock that was wrong says nothing, and a clock that is wrong complains of nothing.
        #expect(complaint(last: local(12, 0, day: 400), since: old, day: 0) != nil)
        #expect(complaint(last: tested, since: old, day: -9000) == nil)
    }
}
