import Broadcasting
import Testing

@testable import CommandLineClient

@Suite struct LocalZoneTests {
    @Test(arguments: [
        ("Europe/Berlin", ["TZ": "Asia/Tokyo"], "Europe/Berlin"), (nil, ["TZ": "Asia/Tokyo"], "Asia/Tokyo"),
        (nil, ["TZ": ":Asia/Tokyo"], "Asia/Tokyo"), (nil, ["TZ": ""], "Asia/Ho_Chi_Minh"),
        (nil, [:], "Asia/Ho_Chi_Minh"),
    ])
    func `the zone is the option's, else that of TZ, else Vietnam's`(
        option: String?, environment: [String: String], name: String
    ) throws {
        #expect(try LocalZone.chosen(option: option, environment: environment).name == name)
    }

    @Test func `an unknown zone is told with where it came from`() {
        #expect(
            failure { try LocalZone.chosen(option: "Mars/Base", environment: [:]) }
                == "'Mars/Base' is no time zone: write a name of the tz database, as Asia/Ho_Chi_Minh")
        #expect(
            failure { try LocalZone.chosen(option: nil, environment: ["TZ": "Mars/Base"]) }
                == "TZ is 'Mars/Base', which is no name of the tz database: give --zone Asia/Ho_Chi_Minh")
    }

    @Test(arguments: [
        ("2026-11-21T22:00:03Z", "Asia/Ho_Chi_Minh", "22/11/2026 05:00:03"),
        ("2026-07-21T22:00:03.999Z", "Europe/Berlin", "22/07/2026 00:00:03"),
        ("1969-12-31T23:59:59Z", "UTC", "31/12/1969 23:59:59"),
        ("2026-11-21T12:00:00Z", "America/St_Johns", "21/11/2026 08:30:00"),
    ])
    func `an instant is shown as its zone's calendar and clock have it`(
        instant: String, zone: String, text: String
    ) throws {
        #expect(try LocalZone(zone).text(try #require(Timestamp(instant))) == text)
    }

    @Test func `today is left out, other days are not`() throws {
        let zone = try LocalZone("Asia/Ho_Chi_Minh")
        let now = try #require(Timestamp("2026-11-21T16:30:00Z"))
        #expect(zone.shortText(now.advanced(bySeconds: -60), now: now) == "23:29:00")
        #expect(zone.shortText(now.advanced(bySeconds: 3600), now: now) == "22/11/2026 00:30:00")
    }
}
