import Broadcasting
import ControllerAPI
import FoundationEssentials

extension ProblemDetails {
    /// Reads the body of an answer.
    init(json: Data) throws { self = try Wire.decode(ProblemDetails.self, from: json) }
}
