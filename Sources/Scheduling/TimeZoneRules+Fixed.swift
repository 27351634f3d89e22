extension TimeZoneRules {
    /// A zone whose clocks are never changed.
    public init(secondsFromUTC offset: Int) {
        transitions = []
        first = offset
    }
}
