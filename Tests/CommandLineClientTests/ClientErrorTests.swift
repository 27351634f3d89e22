import ControllerAPI
import Foundation
import HTTPTransfer
import Testing

@testable import CommandLineClient

@Suite struct ClientErrorTests {
    private func address() throws -> ControllerAddress { try ControllerAddress("http://127.0.0.1:8080") }

    @Test func `a problem is told with its detail and its field`() throws {
        let problem = ProblemDetails(.invalid, "every must be at least 10 s", field: "repeat.every")
        let error = ClientError(status: 422, contentType: Route.problemType, problem: problem, address: try address())
        #expect(error.description == "A value is not allowed: every must be at least 10 s\n  field: repeat.every")
        #expect(error.exitStatus == 3)
    }

    @Test func `a fault of the controller says where to look`() throws {
        let error = ClientError(
            status: 500, contentType: nil, problem: ProblemDetails(.internal), address: try address())
        #expect(error.description.contains("journalctl -u loa-controller"))
    }

    @Test(arguments: [nil, ProblemDetails(.unauthorized, "the token is void")])
    func `401 is a matter of the token`(problem: ProblemDetails?) throws {
        let error = ClientError(status: 401, contentType: nil, problem: problem, address: try address())
        #expect(error.exitStatus == 5)
        #expect(error.description.contains("LOA_TOKEN"))
        #expect(error.description.contains("http://127.0.0.1:8080"))
    }

    @Test func `an answer of something else says so`() throws {
        let error = ClientError(status: 404, contentType: "text/html", problem: nil, address: try address())
        #expect(
            error.description
                == "what answers at http://127.0.0.1:8080 seems to be no Loa controller (status 404, text/html): check the address"
        )
        #expect(error.exitStatus == 4)
    }

    @Test func `what a controller says cannot command the terminal`() throws {
        let problem = ProblemDetails(.conflict, "taken\u{1B}[2J", field: "id\u{7}")
        let error = ClientError(status: 409, contentType: nil, problem: problem, address: try address())
        #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test func `a refused connection asks whether the controller is running, and where`() async throws {
        let address = try ControllerAddress("http://127.0.0.1:1")
        let client = ControllerClient(address: address, token: AccessToken("geheim"))
        do {
            _ = try await client.nodes()
            Issue.record("port 1 answered")
        } catch let error as ClientError {
            #expect(error.exitStatus == 4)
            #expect(error.description.contains("the controller at http://127.0.0.1:1 cannot be reached"))
            #expect(error.description.contains("is it running"))
            #expect(!error.description.contains("geheim"))
        }
    }
}
