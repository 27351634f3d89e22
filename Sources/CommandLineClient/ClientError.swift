import ControllerAPI
import HTTPTransfer

/// Why a command could not be done, in words that say what to do, and the exit status that it ends with.
enum ClientError: Error, Hashable, Sendable {
    /// The arguments make no sense together, or the environment holds one that makes none.
    case usage(String)
    /// The controller understood the request and would not do it.
    case refused(ProblemDetails)
    /// No answer came, or one that is not of a Loa controller.
    case unreachable(String)
    /// There is no token, or the controller does not accept it.
    case token(String)
    /// A file of this machine cannot be read.
    case file(String)
    /// The person at the terminal said no.
    case declined(String)

    var exitStatus: Int32 {
        switch self {
        case .refused: 3
        case .unreachable: 4
        case .token: 5
        case .file: 6
        case .declined: 7
        case .usage: 64
        }
    }
}

extension ClientError: CustomStringConvertible {
    var description: String {
        switch self {
        case .usage(let text), .unreachable(let text), .token(let text), .file(let text), .declined(let text):
            text
        case .refused(let problem):
            ([problem.detail.map { "\(problem.title): \($0)" } ?? problem.title]
                + (problem.errors?.map { "  \($0.field): \($0.detail)" } ?? problem.field.map { ["  field: \($0)"] }
                    ?? [])
                + (Self.advice(problem).map { ["  \($0)"] } ?? []))
                .map(\.printable).joined(separator: "\n")
        }
    }

    private static func advice(_ problem: ProblemDetails) -> String? {
        switch problem.kind {
        case .internal: "the controller's own log says more: journalctl -u loa-controller"
        case .storage: "whoever runs the controller must make room on its disk, or mend it"
        default: nil
        }
    }
}

extension ClientError {
    /// What an answer with `status` that is no success means.
    init(status: Int, contentType: String?, problem: ProblemDetails?, address: ControllerAddress) {
        if status == 401 {
            self = .token(
                "the controller at \(address.text) does not accept the access token: set LOA_TOKEN, or give --token-file, with a valid one"
            )
        } else if let problem {
            self = .refused(problem)
        } else {
            let type = contentType.map { ", \($0.printable)" } ?? ""
            self = .unreachable(
                "what answers at \(address.text) seems to be no Loa controller (status \(status)\(type)): check the address"
            )
        }
    }

    /// What the failure of a transfer means to a person.
    init(_ error: HTTPTransferError, address: ControllerAddress) {
        let place = "the controller at \(address.text)"
        switch error.kind {
        case .unreachable:
            self = .unreachable(
                "\(place) cannot be reached (\(error.reason)): is it running, and is the address right?")
        case .timedOut:
            self = .unreachable(
                "\(place) does not answer (\(error.reason)): is the network up, and is the address right?")
        case .insecure:
            self = .unreachable(
                "no secure connection to \(place) (\(error.reason)): give --ca-file the authority that signed its certificate"
            )
        case .interrupted, .slowReader:
            self = .unreachable("the connection to \(place) broke off (\(error.reason)): try again")
        case .status(let status):
            let problem = try? ProblemDetails(json: error.body)
            self.init(status: status, contentType: nil, problem: problem, address: address)
        case .file:
            self = .file("the file cannot be read to its end (\(error.reason))")
        case .wrongLength:
            self = .file("the file changed while it was sent (\(error.reason)): try again")
        case .invalidRequest, .tooLarge, .malformedResponse, .failed:
            self = .unreachable("the talk with \(place) failed: \(error.reason)")
        }
    }
}
