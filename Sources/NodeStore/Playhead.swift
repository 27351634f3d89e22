public import Broadcasting
import Glibc

/// What has been heard of the cues that sound, in a file that outlives the program.
///
/// One shared page of memory: a note costs no system call, a killed program's notes are there at its next start, and after a
/// power cut those that the kernel had written back by then (it does so every few seconds by itself).
public final class Playhead: Sendable {
    /// So many cues can be noted at once; more are not noted.
    public static let slots = 32
    private static let slotBytes = 256
    private static let nameBytes = 224

    private let page: Page

    /// Opens or creates the file. What is in it that is not a playhead counts as empty.
    /// - Throws: `PlayheadError` when the file cannot be made.
    public init(path: String) throws(PlayheadError) {
        page = try Page(path: path, bytes: Self.slots * Self.slotBytes)
    }

    /// A playhead that lasts as long as the program, where the disk takes nothing; begins as the file at `path`, if that can be read.
    /// - Throws: `PlayheadError` when there is no memory.
    public init(copyOf path: String) throws(PlayheadError) {
        page = try Page(copyOf: path, bytes: Self.slots * Self.slotBytes)
    }

    /// Frames that left the device, of a cue.
    public struct Heard: Hashable, Sendable {
        public var frames: Int64
        /// Hz.
        public var rate: Int

        public init(frames: Int64, rate: Int) {
            self.frames = frames
            self.rate = rate
        }
    }

    /// All that is noted.
    public func heard() -> [CueID: Heard] {
        var all: [CueID: Heard] = [:]
        for slot in 0..<Self.slots {
            guard let cue = name(slot) else { continue }
            all[cue] = Heard(frames: page.load(word(slot, 0)), rate: Int(page.load(word(slot, 1))))
        }
        return all
    }

    /// Notes how much of `cue` has been heard.
    public func note(_ cue: CueID, frames: Int64, rate: Int) {
        guard let slot = slot(of: cue) ?? freeSlot() else { return }
        if name(slot) != cue {
            page.write(Array(cue.description.utf8.prefix(Self.nameBytes - 1)) + [0], at: slot * Self.slotBytes)
        }
        page.store(Int64(rate), at: word(slot, 1))
        page.store(frames, at: word(slot, 0))
    }

    /// Forgets `cue`, whose end is in the journal.
    public func forget(_ cue: CueID) {
        guard let slot = slot(of: cue) else { return }
        page.write([0], at: slot * Self.slotBytes)
    }

    private func word(_ slot: Int, _ number: Int) -> Int { slot * Self.slotBytes + Self.nameBytes + number * 8 }

    private func name(_ slot: Int) -> CueID? {
        CueID(page.text(at: slot * Self.slotBytes, limit: Self.nameBytes))
    }

    private func slot(of cue: CueID) -> Int? { (0..<Self.slots).first { name($0) == cue } }

    private func freeSlot() -> Int? { (0..<Self.slots).first { name($0) == nil } }
}

/// A playhead file that could not be opened: the step and the kernel's words.
public struct PlayheadError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// A mapped file of fixed length.
@safe
private final class Page: @unchecked Sendable {
    // Unchecked: the playhead's one owner is an actor, so calls never overlap; the pointer itself never changes.
    private let base: UnsafeMutableRawPointer
    private let bytes: Int

    init(path: String, bytes: Int) throws(PlayheadError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PlayheadError(description: "open \(path): \(Self.words())") }
        defer { close(descriptor) }
        // Blocks are taken now: a note into a hole of a file on a full disk would be a bus error.
        let status = posix_fallocate(descriptor, 0, off_t(bytes))
        guard status == 0 else {
            throw PlayheadError(description: "size \(path): \(unsafe String(cString: strerror(status)))")
        }
        guard let base = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            unsafe base != MAP_FAILED
        else { throw PlayheadError(description: "map \(path): \(Self.words())") }
        unsafe self.base = base
        self.bytes = bytes
    }

    init(copyOf path: String, bytes: Int) throws(PlayheadError) {
        guard let base = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe base != MAP_FAILED
        else { throw PlayheadError(description: "map memory: \(Self.words())") }
        unsafe self.base = base
        self.bytes = bytes
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = unsafe read(descriptor, base, bytes)
        close(descriptor)
    }

    deinit { unsafe munmap(base, bytes) }

    func load(_ offset: Int) -> Int64 { unsafe base.load(fromByteOffset: offset, as: Int64.self) }

    func store(_ value: Int64, at offset: Int) {
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: Int64.self)
    }

    func write(_ values: [UInt8], at offset: Int) {
        for (index, value) in values.enumerated() {
            unsafe base.storeBytes(of: value, toByteOffset: offset + index, as: UInt8.self)
        }
    }

    func text(at offset: Int, limit: Int) -> String {
        var characters: [UInt8] = []
        for index in 0..<limit {
            let byte = unsafe base.load(fromByteOffset: offset + index, as: UInt8.self)
            if byte == 0 { break }
            characters.append(byte)
        }
        return String(decoding: characters, as: UTF8.self)
    }

    private static func words() -> String { unsafe String(cString: strerror(errno)) }
}
