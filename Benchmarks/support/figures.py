"""Percentiles, and rows of a table with target and verdict."""

import sys


def percentile(values, fraction):
    """The value below which `fraction` of them lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(fraction * len(ordered) + 0.5) - 1))]


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Table:
    """Rows of measure, Loa's figure, the peer's, their ratio or distance, target and verdict."""

    def __init__(self):
        self.rows = []

    def row(self, what, loa, peer, ratio, target, holds):
        verdict = "–" if holds is None else ("ok" if holds else "MISSED")
        self.rows.append([what, loa, peer, ratio, target, verdict])

    @property
    def holds(self):
        return all(row[5] != "MISSED" for row in self.rows)

    def print(self):
        print_rows(self.rows)


def print_rows(rows):
    rows = [["measure", "loa", "peer", "ratio", "target", "verdict"], *rows]
    widths = [max(len(str(row[column])) for row in rows) for column in range(6)]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
    sys.stdout.flush()
