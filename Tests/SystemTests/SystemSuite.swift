import Testing

/// Everything with the real programs: they want the machine for themselves, so one after the other.
@Suite(.serialized, .timeLimit(.minutes(5)))
enum SystemSuite {}
