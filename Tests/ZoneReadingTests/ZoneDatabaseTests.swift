import Broadcasting
import Scheduling
import Testing
import ZoneReading

@Suite struct ZoneDatabaseTests {
    @Test func `a zone of the system is read`() throws {
        let rules = try #require(ZoneDatabase().rules("Asia/Ho_Chi_Minh"))
        guard case .once(let instant) = rules.meaning(ofLocalSeconds: 1_795_000_000) else {
            Issue.record("Vietnam has no summer time")
            return
        }
        #expect(instant.nanoseconds == (1_795_000_000 - 7 * 3600) * 1_000_000_000)
    }

    @Test(arguments: ["", "/", "Asia", "Asia/", "../zoneinfo/UTC", "Asia/Nowhere", "tzdata.zi", "Asia//Tokyo", "UTC\n"])
    func `what is no zone is nil, twice`(name: String) {
        let database = ZoneDatabase()
        #expect(database.rules(name) == nil)
        #expect(database.rules(name) == nil)
    }
}
