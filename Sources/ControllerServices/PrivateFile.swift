import Glibc

/// Small files that only their owner may read: written whole and durably, or not at all.
enum PrivateFile {
    /// Creates `path` with mode 0600 and `text`, on disk when this returns.
    ///
    /// - Throws: `FileError`, also when the file exists.
    static func create(_ path: String, text: String) throws(FileError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .last("create", path) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { throw .last("write", path) }
            rest = rest.dropFirst(written)
        }
        guard fsync(descriptor) == 0 else { throw .last("sync", path) }
    }

    /// Puts `text` in the place of `path`, which keeps its owner and mode where it exists and has mode 0600 where not.
    ///
    /// A reader sees the old text or the new one, never a part.
    static func replace(_ path: String, text: String) throws(FileError) {
        let fresh = "\(path).new"
        unsafe unlink(fresh)
        try create(fresh, text: text)
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            // Only root may give a file away; where that fails the broker's own check will tell.
            _ = unsafe chown(fresh, status.st_uid, status.st_gid)
            unsafe chmod(fresh, status.st_mode & 0o7777)
        }
        guard unsafe rename(fresh, path) == 0 else { throw .last("rename", fresh) }
    }

    /// The text of `path`, at most 64 KiB.
    static func read(_ path: String) throws(FileError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .last("read", path) }
        return String(decoding: bytes[0..<count], as: UTF8.self)
    }

    /// Makes a folder with mode 0700 unless it is there.
    static func makeFolder(_ path: String) throws(FileError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .last("make", path) }
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The permission bits of `path`, nil where it is not there.
    static func mode(of path: String) -> mode_t? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & 0o7777
    }

    /// The bytes of a regular file, nil where there is none.
    static func size(of path: String) -> Int? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// The names in a folder, without `.` and `..`.
    static func names(in path: String) throws(FileError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw .last("open", path) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes the names in a folder durable.
    static func syncFolder(_ path: String) throws(FileError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("sync", path) }
    }
}
