import Broadcasting

/// The newest schedule of a scope.
struct ScopeSchedule: Sendable {
    var body: ScheduleDocument
    var issuedAt: Timestamp
}
