import RuntimeSupport

enum WallTime {
    static var nanoseconds: Int64 { WallClock.nanoseconds }
}
