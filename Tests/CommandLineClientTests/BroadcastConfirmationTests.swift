import Broadcasting
import Testing

@testable import CommandLineClient

@Suite struct BroadcastConfirmationTests {
    private func plan(_ class: BulletinClass, nodes: Int, drill: Bool = false) throws -> BroadcastConfirmation.Plan {
        .init(
            class: `class`, drill: drill, title: "Bão số 3", scopes: [try #require(Scope("commune.cam-giang"))],
            nodes: nodes, connected: nodes - 1, when: "at once")
    }

    @Test(arguments: BulletinClass.allCases, [1, 9, 10, 100])
    func `an emergency and what goes to many nodes are asked about, the rest is not`(
        class: BulletinClass, nodes: Int
    ) throws {
        let confirmation = BroadcastConfirmation(try plan(`class`, nodes: nodes))
        #expect((confirmation != nil) == (`class` == .emergency || nodes >= 10))
    }

    @Test(arguments: BulletinClass.allCases, [false, true])
    func `the question names scopes, nodes and title`(class: BulletinClass, drill: Bool) throws {
        let text = try #require(BroadcastConfirmation(try plan(`class`, nodes: 12, drill: drill))).text
        #expect(text.contains("commune.cam-giang"))
        #expect(text.contains("12 nodes"))
        #expect(text.contains("11 connected"))
        #expect(text.contains("Bão số 3"))
    }

    @Test func `a drill and a live alert share no line but the title, and no word`() throws {
        let live = try #require(BroadcastConfirmation(try plan(.emergency, nodes: 12)))
        let drill = try #require(BroadcastConfirmation(try plan(.emergency, nodes: 12, drill: true)))
        #expect(live.word != drill.word)
        let shared = Set(live.text.split(separator: "\n")).intersection(drill.text.split(separator: "\n"))
        #expect(shared == ["  title: Bão số 3"])
        #expect(!live.text.lowercased().contains("drill"))
        #expect(!drill.text.lowercased().contains("live"))
    }

    @Test func `one node is one node`() throws {
        #expect(try #require(BroadcastConfirmation(try plan(.emergency, nodes: 1))).text.contains("on 1 node ("))
    }
}
