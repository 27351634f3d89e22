/// Puts the lines of a `text/event-stream` together to events (HTML Living Standard §9.2).
struct ServerSentEvents {
    private var data: [Substring] = []

    /// Takes a line without its end. Gives the data of the event that it completes, if it completes one with data.
    mutating func take(_ line: String) -> String? {
        let line = line.last == "\r" ? line.dropLast() : line[...]
        guard !line.isEmpty else {
            defer { data = [] }
            return data.isEmpty ? nil : data.joined(separator: "\n")
        }
        guard line.first != ":" else { return nil }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0] == "data" else { return nil }
        let value = parts.count == 2 ? parts[1] : ""
        data.append(value.first == " " ? value.dropFirst() : value)
        return nil
    }
}
