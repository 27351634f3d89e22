import Broadcasting
import Directing
import FoundationEssentials
import Logging
import NodeStore
import RuntimeSupport

/// What comes from the controller.
extension NodeCore {
    /// A message on one of the topics that the node is subscribed to.
    ///
    /// What comes by another topic is not even looked at: a broker that makes up topics costs the node nothing.
    func receive(_ payload: Data, topic: Topic) {
        switch topic {
        case .settings(node): break
        case .schedule(let scope) where scopes.contains(scope): break
        case .broadcasts(let scope) where scopes.contains(scope): break
        default: return logger.debug("nothing that was subscribed to", metadata: ["topic": "\(topic)"])
        }
        switch gate.judge(payload, topic: topic) {
        case .known:
            break
        case .refused(let refusal):
            refuse(topic, refusal)
        case .settings(let document):
            adopt(payload, topic, document.revision) {
                var event = NodeEvent(.settingsApplied)
                event.topic = topic.description
                event.revision = document.revision
                return [.record(.node(event))] + apply(document)
            }
            subscribe()
        case .schedule(let scope, let document):
            adopt(payload, topic, document.revision) {
                refusals(of: document.body.unreadable, "programme", topic)
                    + direct(.schedule(scope, document.body, issuedAt: document.issuedAt))
            }
        case .broadcasts(let scope, let document):
            adopt(payload, topic, document.revision) {
                refusals(of: document.body.unreadable, "broadcast", topic)
                    + direct(.broadcasts(scope, document.body, issuedAt: document.issuedAt))
            }
        }
    }

    func adopt(_ compact: Data, _ topic: Topic, _ revision: Revision, effects: () -> [Effect]) {
        gate.hold(compact, topic: topic, revision: revision)
        var event = NodeEvent(.documentAccepted)
        event.topic = topic.description
        event.revision = revision
        let document = StoredDocument(topic: topic.description, revision: revision, compact: compact)
        let effects = effects()
        perform([.record(.node(event))] + effects + noteHeld(effects), document: document)
    }

    /// Tells the director at once of audio that is on the disk: what is to sound now then waits for one transaction, not for two.
    private func noteHeld(_ effects: [Effect]) -> [Effect] {
        var news: [Effect] = []
        for case .want(let audio) in effects {
            for each in audio where !director.hasAudio(each.sha256) && content.holds(each) {
                news += direct(.content(each.sha256, .available))
            }
        }
        return news
    }

    func apply(_ document: Document<NodeSettings>) -> [Effect] {
        let settings = document.body
        if settings.selfTest != self.settings?.selfTest { selfTestAsked = document.issuedAt }
        self.settings = settings
        gate.trust(settings.trustedKeys)
        let addresses = configuration.contentAddresses + settings.contentAddresses
        Task { await fetcher.use(addresses: addresses) }
        return direct(.settings(settings))
    }

    func refuse(_ topic: Topic, _ refusal: DocumentRefusal) {
        guard let count = throttle.note("\(topic) \(refusal.code)", boot: BootClock.nanoseconds) else { return }
        logger.warning("document refused", metadata: ["topic": "\(topic)", "reason": "\(refusal.text)"])
        var event = NodeEvent(.documentRefused, reason: Reason(refusal.code, refusal.text))
        event.topic = topic.description
        event.count = count
        perform([.record(.node(event))])
    }

    func refusals(of unreadable: [UnreadableElement], _ kind: String, _ topic: Topic) -> [Effect] {
        unreadable.map { element in
            let name = element.id ?? "number \(element.index)"
            var event = NodeEvent(
                .documentRefused, reason: Reason(.documentUnreadable, "\(kind) \(name): \(element.reason)"))
            event.topic = topic.description
            return .record(.node(event))
        }
    }

    /// The scopes that the node obeys: its own and those of its settings.
    var scopes: Set<Scope> { Set([.node(node)] + (settings?.scopes ?? [])) }

    func subscribe() {
        var topics: Set<String> = [Topic.settings(node).description, Topic.receipt(node).description]
        for scope in scopes {
            topics.insert(Topic.schedule(scope).description)
            topics.insert(Topic.broadcasts(scope).description)
        }
        subscription.yield(topics)
    }
}
