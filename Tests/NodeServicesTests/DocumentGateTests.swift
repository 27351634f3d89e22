import Broadcasting
import Crypto
import FoundationEssentials
import Testing

@testable import NodeServices

@Suite struct DocumentGateTests {
    private let signer = DocumentSigner(key: Curve25519.Signing.PrivateKey())
    private let node = NodeID(unchecked: "cl-01")

    private func compact(_ number: Int64, epoch: Int64 = 1, halted: Bool = false, topic: Topic) throws -> Data {
        let halt = halted ? Halt(since: Timestamp(nanoseconds: 0), emergencies: false) : nil
        let document = Document(
            topic: topic, revision: Revision(epoch: epoch, number: number), issuedAt: Timestamp(nanoseconds: 0),
            body: BroadcastsDocument(halt: halt))
        return Data(try signer.sign(document).utf8)
    }

    private func code(_ verdict: DocumentGate.Verdict) -> ReasonCode? {
        if case .refused(let refusal) = verdict { refusal.code } else { nil }
    }

    @Test func `only a higher revision is obeyed, and a new epoch stands above every number`() throws {
        let topic = Topic.broadcasts(.node(node))
        var gate = DocumentGate(node: node, trustedKeys: [signer.publicKey])
        let held = try compact(7, topic: topic)
        guard case .broadcasts(.node(node), let document) = gate.judge(held, topic: topic) else {
            Issue.record("a good document was refused")
            return
        }
        gate.hold(held, topic: topic, revision: document.revision)
        #expect(code(gate.judge(try compact(6, topic: topic), topic: topic)) == .revisionOld)
        #expect(code(gate.judge(try compact(7, halted: true, topic: topic), topic: topic)) == .revisionOld)
        #expect(code(gate.judge(try compact(8, topic: topic), topic: topic)) == nil)
        #expect(code(gate.judge(try compact(1, epoch: 2, topic: topic), topic: topic)) == nil)
        guard case .known = gate.judge(held, topic: topic) else {
            Issue.record("the document that is held is no news")
            return
        }
    }

    @Test func `a document for another node, or of a topic that carries none, is refused`() throws {
        let gate = DocumentGate(node: node, trustedKeys: [signer.publicKey])
        let other = Topic.settings(NodeID(unchecked: "cl-02"))
        let settings = Document(
            topic: other, revision: Revision(epoch: 1, number: 1), issuedAt: Timestamp(nanoseconds: 0),
            body: NodeSettings(
                scopes: [], timeZone: "Asia/Ho_Chi_Minh", contentAddresses: [], trustedKeys: [signer.publicKey]))
        let compact = Data(try signer.sign(settings).utf8)
        for topic in [other, .settings(node), .journal(node), .receipt(node)] {
            #expect(code(gate.judge(compact, topic: topic)) == .topicMismatch, "\(topic)")
        }
    }

    @Test func `a key of the settings is obeyed beside the node's own, and no longer than they name it`() throws {
        let topic = Topic.broadcasts(.node(node))
        let own = DocumentSigner(key: Curve25519.Signing.PrivateKey()).publicKey
        var gate = DocumentGate(node: node, trustedKeys: [own])
        let document = try compact(1, topic: topic)
        #expect(code(gate.judge(document, topic: topic)) == .signatureUnknownKey)
        gate.trust([signer.publicKey])
        #expect(code(gate.judge(document, topic: topic)) == nil)
        gate.trust([])
        #expect(code(gate.judge(document, topic: topic)) == .signatureUnknownKey)
    }
}
