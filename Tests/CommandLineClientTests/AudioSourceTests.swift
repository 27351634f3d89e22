import Broadcasting
import ControllerAPI
import Foundation
import Testing

@testable import CommandLineClient

@Suite struct AudioSourceTests {
    private func item(_ digits: String) throws -> AudioItem {
        let hash = try #require(ContentHash(digits + String(repeating: "0", count: 64 - digits.count)))
        return AudioItem(
            sha256: hash, title: digits, bytes: 1, duration: 1, loudness: nil, truePeak: nil, gain: 0, sampleRate: 1,
            channels: 1, addedAt: Timestamp(nanoseconds: 0))
    }

    @Test func `an argument is a file, a hash or the beginning of one`() throws {
        let hash = String(repeating: "ab", count: 32)
        #expect(try AudioSource(hash) == .hash(try #require(ContentHash(hash))))
        #expect(try AudioSource("abcdef01") == .prefix("abcdef01"))
        try withTemporaryFolder { folder in
            let path = folder + "/abcdef01"
            try "x".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try AudioSource(path) == .file(try LocalFile(path)))
            try "".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(failure { try AudioSource(path) } == "\(path) is empty")
            #expect(failure { try AudioSource(folder) } == "\(folder) is a folder: name a file")
        }
        #expect(failure { try AudioSource("tin.mp3") } == "there is no file tin.mp3")
        #expect(failure { try AudioSource("abcdef0") } == "there is no file abcdef0")
    }

    @Test func `a beginning names one piece or none`() throws {
        let library = [try item("abcdef01"), try item("abcdef02"), try item("1234567890")]
        #expect(try AudioSource.find("12345678", in: library) == library[2])
        #expect(failure { try AudioSource.find("abcdef0", in: library) }?.hasPrefix("2 pieces") == true)
        #expect(failure { try AudioSource.find("99999999", in: library) }?.contains("loa audio list") == true)
    }
}
