import Broadcasting
import FoundationEssentials

/// Decides which documents a node obeys: signed by a trusted key, for the topic that they came by, newer than what is held.
struct DocumentGate: Sendable {
    /// What became of a document.
    enum Verdict: Sendable {
        case settings(Document<NodeSettings>)
        case schedule(Scope, Document<ScheduleDocument>)
        case broadcasts(Scope, Document<BroadcastsDocument>)
        /// The very document that is held, sent again.
        case known
        case refused(DocumentRefusal)
    }

    let node: NodeID
    private let ownKeys: [PublicKey]
    private var verifier: DocumentVerifier
    private(set) var revisions: [Topic: Revision] = [:]
    private var held: [Topic: Data] = [:]

    init(node: NodeID, trustedKeys: [PublicKey]) {
        self.node = node
        ownKeys = trustedKeys
        verifier = DocumentVerifier(keys: trustedKeys)
    }

    /// Judges what came by `topic`. Nothing changes before `hold`.
    func judge(_ compact: Data, topic: Topic) -> Verdict {
        if held[topic] == compact { return .known }
        do throws(DocumentRefusal) {
            switch topic {
            case .settings(node):
                return .settings(try admit(compact, as: NodeSettings.self, topic: topic))
            case .schedule(let scope):
                return .schedule(scope, try admit(compact, as: ScheduleDocument.self, topic: topic))
            case .broadcasts(let scope):
                return .broadcasts(scope, try admit(compact, as: BroadcastsDocument.self, topic: topic))
            default:
                throw .wrongTopic("another reader than node \(node)")
            }
        } catch {
            return .refused(error)
        }
    }

    /// Makes `compact` the document of its topic; from now on only a higher revision is obeyed.
    mutating func hold(_ compact: Data, topic: Topic, revision: Revision) {
        held[topic] = compact
        revisions[topic] = revision
    }

    /// Trusts, beside the node's own keys, those of its settings.
    mutating func trust(_ keys: [PublicKey]) { verifier = DocumentVerifier(keys: ownKeys + keys) }

    private func admit<Body: DocumentBody>(_ compact: Data, as body: Body.Type, topic: Topic) throws(DocumentRefusal)
        -> Document<Body>
    {
        let document = try verifier.verify(compact, as: body, topic: topic)
        if let revision = revisions[topic], document.revision <= revision {
            throw .oldRevision(offered: document.revision, held: revision)
        }
        return document
    }
}
