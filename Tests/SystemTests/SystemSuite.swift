import Testing

/// Everything with the real programs. They sleep most of their time, and want the machine nearly for themselves when they do not: a few at once.
@Suite(.lanes, .timeLimit(.minutes(10)))
enum SystemSuite {}
