/// A line of a segments file.
struct Segment: Decodable, Sendable, Hashable {
    let file: String
    let first: Int
    let frames: Int
    let monotonicNanoseconds: Int
    let realtimeNanoseconds: Int
    let rate: Int
    let format: String
    let channels: Int
    let ppm: Double
    let ended: String

    enum CodingKeys: String, CodingKey {
        case file, first, frames, rate, format, channels, ppm, ended
        case monotonicNanoseconds = "monotonic_ns"
        case realtimeNanoseconds = "realtime_ns"
    }
}
