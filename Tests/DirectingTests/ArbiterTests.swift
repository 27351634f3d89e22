import Broadcasting
import Directing
import Testing

@Suite struct ArbiterTests {
    static let priorities: [Priority] = [
        .background, .programme, .normal, .priority, .live, Priority(223), .emergency, .provinceEmergency,
    ]
    static let coverings: [Covering] = [.interrupt, .duck(decibels: -12)]

    static func contender(
        _ name: String, _ priority: Priority = .normal, arrival: Int, over: Covering = .interrupt,
        _ policy: InterruptionPolicy = .resume, hasBegun: Bool = true
    ) -> Arbiter.Contender {
        Arbiter.Contender(
            cue: CueID(broadcast: BroadcastID(unchecked: name), number: 0), priority: priority, arrival: arrival,
            over: over, whenInterrupted: policy, hasBegun: hasBegun)
    }

    @Test func `nobody has the loudspeaker when nobody asks`() {
        #expect(Arbiter([]).roles.isEmpty)
    }

    @Test(arguments: priorities, priorities)
    func `the higher priority wins, below 224 the first of equals, from there the latest`(
        early: Priority, late: Priority
    ) {
        for over in Self.coverings {
            let first = Self.contender("first", early, arrival: 1, over: over)
            let second = Self.contender("second", late, arrival: 2, over: over)
            let secondWins = late > early || (late == early && late.rawValue >= 224)
            for arbiter in [Arbiter([first, second]), Arbiter([second, first])] {
                #expect(arbiter.role(of: secondWins ? second.cue : first.cue) == .full)
                #expect(arbiter.role(of: secondWins ? first.cue : second.cue) != .full)
            }
        }
    }

    @Test(arguments: priorities, InterruptionPolicy.allCases)
    func `what is covered sounds on only where both allow it`(covered: Priority, policy: InterruptionPolicy) {
        for over in Self.coverings {
            for hasBegun in [true, false] {
                let below = Self.contender("below", covered, arrival: 1, policy, hasBegun: hasBegun)
                let above = Self.contender("above", Priority(255), arrival: 2, over: over)
                let mayDuck = over != .interrupt && !covered.isEmergency && policy != .restart && hasBegun
                #expect(
                    Arbiter([below, above]).role(of: below.cue)
                        == (mayDuck ? .ducked(decibels: -12) : .covered(by: above.cue)))
            }
        }
    }

    @Test func `beneath several that duck the deepest duck counts`() {
        let bottom = Self.contender("bottom", .background, arrival: 1)
        let middle = Self.contender("middle", .normal, arrival: 2, over: .duck(decibels: -20))
        let top = Self.contender("top", .live, arrival: 3, over: .duck(decibels: -6))
        let arbiter = Arbiter([bottom, middle, top])
        #expect(arbiter.roles.map(\.role) == [.full, .ducked(decibels: -6), .ducked(decibels: -20)])
    }

    @Test func `what is silent covers nothing`() {
        let bottom = Self.contender("bottom", .background, arrival: 1)
        let middle = Self.contender("middle", .normal, arrival: 2, .restart)
        let top = Self.contender("top", .live, arrival: 3, over: .duck(decibels: -6))
        let arbiter = Arbiter([bottom, middle, top])
        #expect(arbiter.roles.map(\.role) == [.full, .covered(by: top.cue), .ducked(decibels: -6)])
    }

    /// A third beside every pair: the properties that no table of pairs shows.
    @Test(arguments: priorities)
    func `exactly one is full, it is among the highest, and the order of asking is no matter`(third: Priority) {
        let kinds = Self.priorities.flatMap { priority in
            Self.coverings.flatMap { over in
                [InterruptionPolicy.resume, .restart].flatMap { policy in
                    [true, false].map { (priority, over, policy, $0) }
                }
            }
        }
        var wrong: [String] = []
        for first in kinds {
            for second in kinds {
                let set = [first, second, (third, .duck(decibels: -6), .resume, true)].enumerated().map { place, kind in
                    Self.contender("c\(place)", kind.0, arrival: place, over: kind.1, kind.2, hasBegun: kind.3)
                }
                let roles = Arbiter(set).roles
                let full = roles.filter { $0.role == .full }.map(\.cue)
                let highest = set.filter { $0.priority == set.map(\.priority).max() }.map(\.cue)
                if full.count != 1 || !full.allSatisfy(highest.contains) { wrong.append("\(set): \(full)") }
                let reversed = Arbiter(set.reversed()).roles
                if !roles.elementsEqual(reversed, by: { $0.cue == $1.cue && $0.role == $1.role }) {
                    wrong.append("\(set): in another order \(reversed)")
                }
            }
        }
        #expect(wrong.isEmpty)
    }
}
