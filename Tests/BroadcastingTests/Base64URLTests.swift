import Foundation
import Testing

@testable import Broadcasting

@Suite struct Base64URLTests {
    @Test(arguments: 0..<70) func `what Foundation's alphabet says in the URL alphabet, back and forth`(count: Int) {
        for round in 0..<20 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 167 &+ round &* 59) ^ ($0 &* round)) }
            let expected = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
            #expect(Base64URL.encode(bytes) == expected)
            #expect(Base64URL.decode(expected) == Data(bytes))
        }
    }

    @Test(arguments: ["A", "AAAAA", "AB", "AAB", "AA==", "AA+A", "AA/A", "AA A", "AAé", "AAA\n", "."])
    func `any form but the canonical one is nothing`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
