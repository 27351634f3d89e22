import Broadcasting
import ControllerAPI
import Glibc
import Logging
import LoudnessMeasurement
import RuntimeSupport

/// The library of audio: takes uploads in, and knows where each file lies.
///
/// A file is received beside the library, hashed, decoded whole, measured, made durable, and only then given its name, which is its hash:
/// what has a name is whole.
struct Library: Sendable {
    let state: StateFolder
    let ledger: Ledger
    let feed: LiveFeed
    let maximumBytes: Int64
    private let examiner = Examiner()

    /// Bytes that must stay free on the disk: the ledger needs room to work.
    static let reserve: Int64 = 64_000_000

    init(state: StateFolder, ledger: Ledger, feed: LiveFeed, maximumBytes: Int64) {
        self.state = state
        self.ledger = ledger
        self.feed = feed
        self.maximumBytes = maximumBytes
    }

    /// Where a file of the library lies.
    func path(of sha256: ContentHash) -> String { "\(state.content)/\(sha256).mp3" }

    /// Makes the folders, and removes what an interrupted upload left behind.
    func prepare() throws {
        try PrivateFile.makeFolder(state.content)
        try PrivateFile.makeFolder(state.incoming)
        for name in try PrivateFile.names(in: state.incoming) { unsafe unlink("\(state.incoming)/\(name)") }
    }

    /// Takes a file in.
    ///
    /// - Parameter announced: the size that the sender announces, if it does.
    /// - Returns: the library's item, and whether it is new; the same audio is kept once.
    /// - Throws: `ProblemDetails` for the person who sent it.
    func add(
        title: String?, filename: String?, announced: Int64?, chunks: some AsyncSequence<[UInt8], any Error> & Sendable
    ) async throws -> (item: AudioItem, isNew: Bool) {
        if let announced { try check(size: announced) }
        let upload = try await Upload(path: "\(state.incoming)/\(Secret.makeHex(8))")
        do {
            for try await chunk in chunks { try check(size: await upload.write(chunk)) }
            guard let (sha256, bytes) = await upload.sum() else { throw CancellationError() }
            if let known = try await ledger.read({ try $0.audio(sha256) }),
                PrivateFile.size(of: path(of: sha256)) == Int(known.bytes)
            {
                await upload.discard()
                return (known, false)
            }
            guard bytes > 0 else {
                throw ProblemDetails(
                    .unsuitableAudio, "The file is empty. The upload or the export failed: send it again.")
            }
            let findings = try await examiner.examine(upload.path)
            try await upload.keep(as: "\(sha256).mp3", in: state.content)
            let (title, filename) = (Self.title(title, filename: filename), filename)
            let added = try await ledger.write { transaction in
                try transaction.add(
                    AudioItem(
                        sha256: sha256, title: title ?? String(sha256.hex.prefix(12)), filename: filename, bytes: bytes,
                        duration: findings.duration, loudness: findings.loudness.integrated,
                        truePeak: findings.loudness.truePeak, gain: findings.loudness.gain(),
                        sampleRate: findings.sampleRate, channels: findings.channels, addedAt: transaction.now))
            }
            if added.isNew {
                feed.publish(LiveEvent(.audio, at: added.item.addedAt, text: "audio added: \(added.item.title)"))
            }
            return added
        } catch {
            await upload.discard()
            if let error = error as? FileError, error.isDiskFull { throw Self.diskFull }
            throw error
        }
    }

    private static let diskFull = ProblemDetails(.storage, "The controller's disk is full. Ask its operator.")

    private func check(size: Int64) throws {
        guard size <= maximumBytes else {
            throw ProblemDetails(
                .tooLarge, "A file may have at most \(maximumBytes / 1_000_000) MB (library.maximumMegabytes).")
        }
        if let space = try? DiskSpace.holding(path: state.path), space.available < Self.reserve { throw Self.diskFull }
    }

    /// The title that was given, or the file's name without its ending; cut to 200 characters.
    private static func title(_ title: String?, filename: String?) -> String? {
        let given = title.flatMap { $0.isEmpty ? nil : $0 }
        let named = filename.flatMap { $0.split(separator: "/").last }.map(String.init)
        let name = named.map { $0.lowercased().hasSuffix(".mp3") ? String($0.dropLast(4)) : $0 }
        return (given ?? name.flatMap { $0.isEmpty ? nil : $0 }).map { String($0.prefix(200)) }
    }
}
