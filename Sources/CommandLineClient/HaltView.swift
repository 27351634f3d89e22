import Broadcasting
import ControllerAPI

/// How halts are shown to people.
enum HaltView {
    static func table(_ items: [HaltItem], zone: LocalZone) -> TextTable {
        var table = TextTable([.init("SCOPE"), .init("SINCE"), .init("EMERGENCIES"), .init("REASON", shrinksTo: 16)])
        for item in items {
            table.add([
                item.scope.description, zone.text(item.halt.since), item.halt.emergencies ? "silenced too" : "sound",
                item.halt.reason ?? "",
            ])
        }
        return table
    }
}
