import Testing

@testable import CommandLineClient

@Suite struct ProgressBarTests {
    @Test func `the bar tells name, part, bytes and rate`() {
        let bar = ProgressBar(title: "tin.mp3", width: 100)
        #expect(
            bar.line(sent: 3_450_000, total: 6_900_000, seconds: 2)
                == "tin.mp3 [####################--------------------]  50%  3.5 MB of 6.9 MB  1.7 MB/s")
        #expect(
            bar.line(sent: 0, total: 0, seconds: 0)
                == "tin.mp3 [----------------------------------------]   0%  0 B of 0 B")
    }

    @Test(arguments: [10, 20, 40, 60, 80, 120, 200])
    func `the bar never reaches the terminal's last column`(width: Int) {
        for (sent, total) in [(0, 1), (1, 3), (999_949_999, 999_950_000), (5, 5), (7, 5)] as [(Int64, Int64)] {
            let bar = ProgressBar(title: "Thông báo khẩn về bão số 3, gửi toàn xã Cẩm Giàng.mp3", width: width)
            #expect(bar.line(sent: sent, total: total, seconds: 10).displayWidth < width)
        }
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"),
        (6_900_000, "6.9 MB"), (10_000_000_000, "10.0 GB"),
    ])
    func `bytes are shown in powers of 1000`(bytes: Int64, text: String) { #expect(byteText(bytes) == text) }

    @Test(arguments: [
        (0, 1, "0.0"), (-0.04, 1, "0.0"), (-16.25, 1, "-16.3"), (1.999, 2, "2.00"), (0.05, 2, "0.05"), (41.6, 0, "42"),
        (.infinity, 1, "?"), (.nan, 1, "?"),
    ])
    func `numbers have as many decimals as they are given`(number: Double, decimals: Int, text: String) {
        #expect(decimalText(number, decimals) == text)
    }

    @Test(arguments: [(0, "0:00"), (5.4, "0:05"), (59.6, "1:00"), (750, "12:30"), (3723, "1:02:03"), (-1, "?")])
    func `a playing time reads as on a clock`(seconds: Double, text: String) {
        #expect(playingTimeText(seconds) == text)
    }
}
