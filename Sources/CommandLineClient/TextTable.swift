/// Rows of text in columns that stand straight, whatever the letters.
struct TextTable {
    struct Column {
        enum Alignment { case left, right }

        let title: String
        let alignment: Alignment
        /// Whether it may be cut, down to `minimum` columns, when the table is wider than the terminal.
        let minimum: Int?

        init(_ title: String, _ alignment: Alignment = .left, shrinksTo minimum: Int? = nil) {
            self.title = title
            self.alignment = alignment
            self.minimum = minimum
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row. Cells that are missing at its end are empty, and what a terminal would obey is taken out of all.
    mutating func add(_ cells: [String]) {
        precondition(cells.count <= columns.count, "more cells than columns")
        rows.append(cells.map(\.printable) + Array(repeating: "", count: columns.count - cells.count))
    }

    /// The lines, titles first, with no blank at their ends. Given `width`, columns that may shrink are cut to fit.
    func lines(width: Int? = nil) -> [String] {
        let titles = columns.map(\.title)
        var widths = columns.indices.map { index in
            ([titles] + rows).reduce(0) { max($0, $1[index].displayWidth) }
        }
        if let width { shrink(&widths, to: width) }
        return ([titles] + rows).map { row in
            var line = ""
            for (index, cell) in row.enumerated() {
                if index > 0 { line += Self.gap }
                let text = cell.truncated(to: widths[index])
                let blanks = String(repeating: " ", count: widths[index] - text.displayWidth)
                line += columns[index].alignment == .left ? text + blanks : blanks + text
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    private static let gap = "  "

    /// Takes columns from the widest that may shrink until all fit, or none may shrink further.
    private func shrink(_ widths: inout [Int], to width: Int) {
        var excess = widths.reduce(Self.gap.count * (widths.count - 1), +) - width
        while excess > 0 {
            let candidates = columns.indices.filter { index in
                columns[index].minimum.map { widths[index] > $0 } ?? false
            }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }
}
