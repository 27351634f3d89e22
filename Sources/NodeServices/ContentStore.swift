import Broadcasting
import FoundationEssentials
import Glibc
import RuntimeSupport

/// The audio on the node's disk, one file for each piece, named by its SHA-256.
///
/// A file gets its name only when it is whole: written beside as `.part`, synchronised to the disk, its hash compared, then
/// renamed. Its hash is compared again each time it is opened to be played.
actor ContentStore {
    /// Why a piece of audio cannot be used.
    enum Fault: Error, Hashable, CustomStringConvertible {
        /// It is not on the disk.
        case missing
        /// What is there is something else. It has been deleted.
        case corrupt(String)
        /// The disk failed; the words are the kernel's.
        case storage(String)

        var description: String {
            switch self {
            case .missing: "not on the disk"
            case .corrupt(let words): words
            case .storage(let words): "the disk: \(words)"
            }
        }
    }

    private let folder: String
    private let quota: Int64
    /// Bytes of the disk that audio leaves free, so that the journal can always be written.
    static let reserve: Int64 = 64 << 20
    private let executor = DispatchExecutor(label: "content")

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Uses `folder`, and makes it if need be.
    init(folder: String, quota: Int64) throws {
        self.folder = folder
        self.quota = quota
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    nonisolated func path(of hash: ContentHash) -> String { "\(folder)/\(hash).mp3" }

    /// Where a download of `hash` collects its bytes.
    nonisolated func partialPath(of hash: ContentHash) -> String { "\(folder)/\(hash).part" }

    /// Whether a file of the right name and size is there. Cheap; `open` tells whether it is the right one.
    func holds(_ audio: AudioReference) -> Bool { fileSize(path(of: audio.sha256)) == audio.bytes }

    /// Bytes of `audio` that an earlier download left, to be continued.
    func partialBytes(of audio: AudioReference) -> Int64 { fileSize(partialPath(of: audio.sha256)) ?? 0 }

    /// The path of `audio`, whose size and hash have just been compared.
    ///
    /// Several can be opened at once, and none waits for another.
    nonisolated func open(_ audio: AudioReference) async throws(Fault) -> String {
        let path = path(of: audio.sha256)
        do throws(Fault) {
            try await ContentReader().compare(path, with: audio)
        } catch {
            if case .corrupt = error { unsafe unlink(path) }
            throw error
        }
        return path
    }

    /// Takes a finished download in: synchronises it, compares size and hash, and gives it its name.
    nonisolated func adopt(_ audio: AudioReference) async throws(Fault) {
        let part = partialPath(of: audio.sha256)
        let reader = ContentReader()
        do throws(Fault) {
            try await reader.synchronise(part)
            try await reader.compare(part, with: audio)
        } catch {
            if case .corrupt = error { unsafe unlink(part) }
            throw error
        }
        guard unsafe rename(part, path(of: audio.sha256)) == 0 else { throw .storage("rename: \(words())") }
        try await reader.synchronise(folder)
    }

    /// Forgets what a download has collected.
    func discardPartial(of audio: AudioReference) { unsafe unlink(partialPath(of: audio.sha256)) }

    /// Deletes what is not in `keeping`, the longest unused first, until `bytes` more fit into quota and disk.
    ///
    /// - Returns: whether they do.
    @discardableResult
    func makeRoom(for bytes: Int64, keeping: Set<ContentHash>) -> Bool {
        var files: [(path: String, bytes: Int64, used: Int, isKept: Bool)] = []
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let path = "\(folder)/\(name)"
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { continue }
            let hash = ContentHash(String(name.prefix(64)))
            files.append((path, Int64(status.st_size), status.st_mtim.tv_sec, hash.map(keeping.contains) ?? false))
        }
        var used = files.reduce(0) { $0 + $1.bytes }
        var free = (try? DiskSpace.holding(path: folder).available) ?? .max
        for file in files.filter({ !$0.isKept }).sorted(by: { $0.used < $1.used }) {
            if used + bytes <= quota, free >= bytes + Self.reserve { break }
            unsafe unlink(file.path)
            used -= file.bytes
            free += file.bytes
        }
        return used + bytes <= quota && free >= bytes + Self.reserve
    }

    private nonisolated func words() -> String { SystemError.words(for: errno) }
}
