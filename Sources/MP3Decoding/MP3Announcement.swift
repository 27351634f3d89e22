/// What the tag frame of an MP3 file (Xing, or Info for constant bit rates) says about the frames that follow it.
struct MP3Announcement: Sendable, Hashable {
    /// The longest frame of layer III: 1,441 bytes, with room for its neighbour's padding.
    static let reach = 2_048

    /// How many frames of sound the file is said to hold.
    let frames: Int

    /// Reads the tag out of `bytes`, which end where the first frame of sound begins; nil where there is none.
    ///
    /// Layout: header, side information of 9, 17 or 32 bytes, `Xing` or `Info`, flags, and, where flag 1 is set, the
    /// count of frames, both 32 bits and most significant byte first.
    init?(before bytes: [UInt8]) {
        var start = bytes.count - 4
        while start >= 0 {
            defer { start -= 1 }
            guard bytes[start] == 0xFF, bytes[start + 1] & 0xE6 == 0xE2 else { continue }
            let isVersion1 = bytes[start + 1] & 0x18 == 0x18
            let isMono = bytes[start + 3] & 0xC0 == 0xC0
            let tag = start + 4 + (isVersion1 ? (isMono ? 17 : 32) : (isMono ? 9 : 17))
            guard tag + 12 <= bytes.count else { continue }
            let name = bytes[tag..<tag + 4]
            guard name.elementsEqual("Xing".utf8) || name.elementsEqual("Info".utf8), bytes[tag + 7] & 1 == 1 else {
                continue
            }
            frames = bytes[tag + 8..<tag + 12].reduce(0) { $0 << 8 | Int($1) }
            return
        }
        return nil
    }
}
