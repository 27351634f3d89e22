import FoundationEssentials
import Scheduling

/// Answers the lines of standard input (see `RecurrenceVector`), each with what stands before its tab and our own answers.
///
/// For `scripts/compare-recurrence`.
@main
struct Program {
    static func main() throws {
        var zones: [String: TimeZoneRules] = [:]
        while let line = readLine() {
            if line.hasPrefix("#") {
                print(line)
                continue
            }
            let question = String(line.prefix { $0 != "\t" })
            do {
                let vector = try RecurrenceVector(question) { name in
                    if let zone = zones[name] { return zone }
                    let zone = try TimeZoneRules(
                        tzif: Array(try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/" + name))))
                    zones[name] = zone
                    return zone
                }
                print("\(question)\t\(vector.answers)")
            } catch {
                print("\(question)\t\(error)")
            }
        }
    }
}
