import ArgumentParser
import Foundation
import Testing

@testable import CommandLineClient

@Suite struct ConnectionTests {
    private func options(_ arguments: String...) throws -> CommonOptions { try CommonOptions.parse(arguments) }

    @Test func `options go before the environment`() throws {
        let environment = ["LOA_URL": "http://variable", "LOA_TOKEN": "of-variable"]
        let fromOptions = try options("--url", "http://option", "--token", "of-option").connection(
            environment: environment)
        #expect(fromOptions.address.text == "http://option")
        #expect(fromOptions.token.secret == "of-option")
        let fromEnvironment = try options().connection(environment: environment)
        #expect(fromEnvironment.address.text == "http://variable")
        #expect(fromEnvironment.token.secret == "of-variable")
    }

    @Test func `a token file is read without the line end`() throws {
        try withTemporaryFolder { folder in
            try "of-file\n".write(toFile: folder + "/token", atomically: true, encoding: .utf8)
            let found = try options("--url", "http://h", "--token-file", folder + "/token").connection(environment: [:])
            #expect(found.token.secret == "of-file")
        }
    }

    @Test(arguments: [
        (["--token", "t"], "say where the controller is: --url http://HOST:PORT, or set LOA_URL", 64),
        (
            ["--url", "http://h"],
            "there is no access token: set LOA_TOKEN, or give --token-file FILE. The controller's init wrote the first one",
            5
        ),
        (
            ["--url", "http://h", "--token", "a b"],
            "what --token holds is no access token: one line of letters, digits and signs", 5
        ),
        (["--url", "http://h", "--token", "t", "--token-file", "f"], "give --token or --token-file, not both", 64),
        (
            ["--url", "http://h", "--token-file", "/nowhere/token"],
            "/nowhere/token cannot be read: give --token-file the name of a file with the access token", 6
        ),
    ])
    func `what is missing is told with how to give it`(arguments: [String], words: String, status: Int32) throws {
        let options = try CommonOptions.parse(arguments)
        do {
            _ = try options.connection(environment: [:])
            Issue.record("it was accepted")
        } catch let error as ClientError {
            #expect(error.description == words)
            #expect(error.exitStatus == status)
        }
    }
}
