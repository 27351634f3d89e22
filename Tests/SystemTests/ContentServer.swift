import BroadcastTesting
import Foundation
import Glibc
import RuntimeSupport

/// An HTTP server on the loopback that serves files under `/content/`, honestly or as a faulty or hostile one would.
///
/// A thread for each connection; each connection is one request.
final class ContentServer: Sendable {
    /// What it answers for one file.
    enum Answer: Sendable {
        /// The file, in whole or from the byte that is asked for.
        case file(Data)
        /// Says that so many bytes follow, and sends zeros for as long as anybody takes them.
        case announcing(Int64)
        /// Says nothing of a length, and sends zeros for as long as anybody takes them.
        case endless
        /// Announces the whole file and breaks off after so many bytes.
        case breakingOff(Data, after: Int)
        case status(Int)
    }

    let port: UInt16
    private let shared: Locked<Shared>
    private let listener: CInt

    private struct Shared {
        var answers: [String: Answer] = [:]
        var requests: [String] = []
        var sent: Int64 = 0
    }

    init() throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, size) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard bound else { throw SystemError("listen", number: errno) }
        let shared = Locked(Shared())
        listener = descriptor
        port = UInt16(bigEndian: address.sin_port)
        self.shared = shared
        _ = try NamedThread(name: "content") {
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { break }
                let started = try? NamedThread(name: "content-client") {
                    Self.serve(client, shared)
                    // Also where a program that was started meanwhile has inherited it.
                    shutdown(client, CInt(SHUT_RDWR))
                    close(client)
                }
                if started == nil { close(client) }
            }
            close(descriptor)
        }
    }

    deinit { shutdown(listener, CInt(SHUT_RDWR)) }

    /// Where nodes find it.
    var address: String { "http://127.0.0.1:\(port)/content" }

    /// Answers so for `/content/<name>` from now on.
    func set(_ answer: Answer, for name: String) { shared.withLock { $0.answers["/content/\(name)"] = answer } }

    /// The paths that were asked for, in order.
    var requests: [String] { shared.withLock { $0.requests } }

    /// Bytes of bodies that were sent.
    var bytesSent: Int64 { shared.withLock { $0.sent } }

    private static func serve(_ client: CInt, _ shared: Locked<Shared>) {
        guard let head = readHead(client) else { return }
        let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let answer = shared.withLock { shared in
            shared.requests.append(path)
            return shared.answers[path] ?? .status(404)
        }
        func send(_ status: String, _ fields: [String], _ body: Data) {
            let lines = ["HTTP/1.1 \(status)"] + fields + ["Connection: close", "", ""]
            guard Self.send(Data(lines.joined(separator: "\r\n").utf8) + body, to: client) else { return }
            shared.withLock { $0.sent += Int64(body.count) }
        }
        switch answer {
        case .status(let status):
            send("\(status) As It Is", ["Content-Length: 0"], Data())
        case .file(let data):
            let from = offset(in: head)
            if from > 0, from < data.count {
                let range = "Content-Range: bytes \(from)-\(data.count - 1)/\(data.count)"
                send("206 Partial Content", ["Content-Length: \(data.count - from)", range], data.dropFirst(from))
            } else {
                send("200 OK", ["Content-Length: \(data.count)"], data)
            }
        case .breakingOff(let data, let count):
            send("200 OK", ["Content-Length: \(data.count)"], data.prefix(count))
        case .announcing(let bytes):
            send("200 OK", ["Content-Length: \(bytes)"], Data())
            flood(client, shared)
        case .endless:
            send("200 OK", [], Data())
            flood(client, shared)
        }
    }

    private static func flood(_ client: CInt, _ shared: Locked<Shared>) {
        let zeros = Data(count: 1 << 16)
        while send(zeros, to: client) { shared.withLock { $0.sent += Int64(zeros.count) } }
    }

    /// The first byte that a request asks for.
    private static func offset(in head: String) -> Int {
        let lines = head.lowercased().split(whereSeparator: \.isNewline)
        let range = lines.first { $0.hasPrefix("range: bytes=") }?.dropFirst("range: bytes=".count)
        return range.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
    }

    private static func readHead(_ client: CInt) -> String? {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let count = unsafe recv(client, &buffer, buffer.count, 0)
            guard count > 0, head.count < 65_536 else { return nil }
            head += buffer[..<count]
        }
        return String(decoding: head, as: UTF8.self)
    }

    private static func send(_ data: Data, to client: CInt) -> Bool {
        var rest = data[...]
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(client, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }
}
