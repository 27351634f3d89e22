import Broadcasting
import Playout

/// Gathers what becomes of amplifier and card's volume, for a bad contact comes and goes: of each one record a minute, which says how it is
/// then and how often that changed since the one before.
struct OutputTally: Sendable {
    private struct State {
        var latest: NodeEvent
        var count = 0
        /// When it was recorded, in nanoseconds of CLOCK_BOOTTIME.
        var recorded: Int64?
    }

    private var states: [OutputPart: State] = [:]

    /// Notes that `part` failed, or does as it is told again, in `words`.
    mutating func note(_ kind: NodeEvent.Kind, of part: OutputPart, _ words: String) {
        let event = NodeEvent(kind, reason: Reason(ReasonCode(rawValue: part.rawValue), words))
        states[part, default: State(latest: event)].latest = event
        states[part]?.count += 1
    }

    /// The records to be made now. `boot` is in nanoseconds of CLOCK_BOOTTIME.
    mutating func due(boot: Int64) -> [NodeEvent] {
        var events: [NodeEvent] = []
        for part in states.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var state = states[part], state.count > 0 else { continue }
            if let recorded = state.recorded, boot - recorded < RecordThrottle.interval { continue }
            var event = state.latest
            event.count = state.count
            events.append(event)
            state.count = 0
            state.recorded = boot
            states[part] = state
        }
        return events
    }
}
