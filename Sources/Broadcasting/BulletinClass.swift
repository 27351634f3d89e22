/// The class of a bulletin (Thông tư 39/2020/TT-BTTTT): thông thường, ưu tiên, khẩn cấp.
public enum BulletinClass: String, Codable, Sendable, CaseIterable {
    case normal, priority, emergency

    /// The priority of a broadcast of this class that names none of its own.
    public var defaultPriority: Priority {
        switch self {
        case .normal: .normal
        case .priority: .priority
        case .emergency: .emergency
        }
    }

    /// What becomes of a broadcast of this class that something covers, when it names no policy of its own.
    public var defaultInterruption: InterruptionPolicy { self == .emergency ? .restart : .resume }
}
