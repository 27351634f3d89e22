import Broadcasting
import ControllerAPI

/// How live events are shown to people.
enum EventView {
    /// `05:00:03  playback  cl-01  ‹broadcast›  finished: …`
    static func line(_ event: LiveEvent, zone: LocalZone) -> String {
        let time = zone.clockText(event.at)
        let kind = event.kind.rawValue + String(repeating: " ", count: max(0, kindWidth - event.kind.rawValue.count))
        let names = [event.node?.rawValue, event.broadcast?.rawValue].compactMap { $0 }
        return ([time, kind] + names + [event.text.printable]).joined(separator: "  ")
    }

    private static let kindWidth = LiveEvent.Kind.allCases.reduce(0) { max($0, $1.rawValue.count) }
}
