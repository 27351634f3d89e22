import Broadcasting

/// What a person is asked before something loud or wide goes out.
///
/// A live alert and a drill share no sentence and no word to type, so that neither is taken for the other.
struct BroadcastConfirmation: Hashable, Sendable {
    /// From this many nodes on, a broadcast that is no emergency is asked about too.
    static let many = 10

    /// What is about to happen.
    let text: String
    /// What must be typed to let it happen.
    let word: String

    /// What is known before anything is sent.
    struct Plan {
        var `class`: BulletinClass
        var drill: Bool
        var title: String
        var scopes: [Scope]
        var nodes: Int
        var connected: Int
        /// When it sounds, in words.
        var when: String
        /// How it is repeated, in words.
        var repetition: String?
    }

    /// The question for `plan`, or nil when none is needed.
    init?(_ plan: Plan) {
        guard plan.class == .emergency || plan.nodes >= Self.many else { return nil }
        let nodes = plan.nodes == 1 ? "1 node" : "\(plan.nodes) nodes"
        let scopes = plan.scopes.map(\.description).joined(separator: ", ")
        let place = "\(nodes) (\(plan.connected) connected now) of \(scopes)"
        let rest = ["  title: \(plan.title.printable)"] + (plan.repetition.map { ["  repeated: \($0)"] } ?? [])
        switch (plan.class == .emergency, plan.drill) {
        case (true, false):
            word = "LIVE"
            text =
                ([
                    "LIVE EMERGENCY ALERT. This is real: people will act on it.", "  sounds \(plan.when) on \(place),",
                    "  over everything, at emergency volume, also in quiet hours",
                ]
                + rest).joined(separator: "\n")
        case (_, true):
            word = "DRILL"
            let kind = plan.class == .emergency ? "an emergency" : "a bulletin"
            text =
                ([
                    "Drill (diễn tập), as \(kind). Nothing has happened; listeners must be able to tell.",
                    "  it will be heard \(plan.when) in: \(scopes)",
                    "  loudspeakers: \(nodes), \(plan.connected) connected now",
                ]
                + rest).joined(separator: "\n")
        case (false, false):
            word = "yes"
            text =
                (["Broadcast of class \(plan.class.rawValue) to many nodes:", "  sounds \(plan.when) on \(place)"]
                + rest).joined(separator: "\n")
        }
    }

    /// Asks at the terminal.
    ///
    /// - Throws: `ClientError.declined` unless the word was typed.
    func ask(on console: Console) throws {
        console.note(text)
        guard console.ask("Type \(word) to go on, anything else to leave: ") == word else {
            throw ClientError.declined("not sent")
        }
    }
}
