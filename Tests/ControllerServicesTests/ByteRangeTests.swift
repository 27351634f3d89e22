import Testing

@testable import ControllerServices

/// RFC 9110, 14.1.2 and 14.2.
@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            (nil, .whole), ("bytes=0-9", .part(0...9)), ("bytes=90-", .part(90...99)), ("bytes=-10", .part(90...99)),
            ("bytes=-1000", .part(0...99)), ("bytes=50-5000", .part(50...99)), ("bytes=99-99", .part(99...99)),
            ("bytes=100-", .unsatisfiable), ("bytes=100-200", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=9-0", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole),
            ("bytes=--1", .whole),
            ("bytes=0-1,5-6", .whole), ("seconds=0-1", .whole), ("bytes=0x1-2", .whole),
            ("bytes= 3 - 4 ", .part(3...4)),
            ("bytes=99999999999999999999999-", .unsatisfiable), ("bytes=0-99999999999999999999999", .part(0...99)),
        ] as [(String?, ByteRange)])
    func `a range of a hundred bytes is read by the rules`(header: String?, range: ByteRange) {
        #expect(ByteRange(header: header, size: 100) == range)
    }

    @Test func `nothing lies in an empty file`() {
        #expect(ByteRange(header: "bytes=0-0", size: 0) == .unsatisfiable)
        #expect(ByteRange(header: "bytes=-1", size: 0) == .unsatisfiable)
    }
}
