import Broadcasting
import FoundationEssentials
import Glibc
import RuntimeSupport

/// The audio on the node's disk, one file for each piece, named by its SHA-256.
///
/// A file gets its name only when it is whole: written beside as `.part`, synchronised to the disk, its hash compared, then
/// renamed. Its hash is compared again each time it is opened to be played, and each week by the scrub.
///
/// A file's access time is when it was last wanted for playing; its modification time is when its hash was last compared.
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
    nonisolated func holds(_ audio: AudioReference) -> Bool { fileSize(path(of: audio.sha256)) == audio.bytes }

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
        let now = Self.time(WallClock.nanoseconds)
        mark(path, used: now, compared: now)
        return path
    }

    /// A piece of audio whose hash was last compared more than `age` seconds ago, the longest ago first; nil when there is none.
    ///
    /// What was compared in the future, by a clock that has been set back since, counts as never compared.
    func stalest(olderThan age: Double, now: Timestamp) -> ContentHash? {
        let seconds = Int(now.nanoseconds / 1_000_000_000)
        let stale = files().filter {
            $0.isWhole && (Double(seconds - $0.compared) > age || $0.compared > seconds + 60)
        }
        return stale.min { ($0.compared, $0.path) < ($1.compared, $1.path) }?.hash
    }

    /// Compares the file of `hash` with its name again, and deletes it when it is another.
    nonisolated func scrub(_ hash: ContentHash) async throws(Fault) {
        let path = path(of: hash)
        var before = stat()
        unsafe stat(path, &before)
        do throws(Fault) {
            try await ContentReader().compare(path, with: hash)
        } catch {
            if case .corrupt = error { unsafe unlink(path) }
            throw error
        }
        // Reading is no use.
        mark(path, used: before.st_atim, compared: Self.time(WallClock.nanoseconds))
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
        let files = files()
        var used = files.reduce(0) { $0 + $1.bytes }
        var free = (try? DiskSpace.holding(path: folder).available) ?? .max
        let idle = files.filter { !($0.hash.map(keeping.contains) ?? false) }
        for file in idle.sorted(by: { ($0.used, $0.path) < ($1.used, $1.path) }) {
            if used + bytes <= quota, free >= bytes + Self.reserve { break }
            unsafe unlink(file.path)
            used -= file.bytes
            free += file.bytes
        }
        return used + bytes <= quota && free >= bytes + Self.reserve
    }

    /// A file of the folder, with its times in seconds since 1970.
    private struct File {
        var path: String
        var hash: ContentHash?
        var isWhole: Bool
        var bytes: Int64
        var used: Int
        var compared: Int
    }

    private func files() -> [File] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { name in
            let path = "\(folder)/\(name)"
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return nil }
            return File(
                path: path, hash: ContentHash(String(name.prefix(64))), isWhole: name.hasSuffix(".mp3"),
                bytes: Int64(status.st_size), used: status.st_atim.tv_sec, compared: status.st_mtim.tv_sec)
        }
    }

    /// Notes when a file was used and compared. A disk that refuses costs another comparison.
    private nonisolated func mark(_ path: String, used: timespec, compared: timespec) {
        _ = unsafe utimensat(AT_FDCWD, path, [used, compared], 0)
    }

    private static func time(_ nanoseconds: Int64) -> timespec {
        timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }

    private nonisolated func words() -> String { SystemError.words(for: errno) }
}
