/// What a file of sound can be written as. Both hold days of it.
public enum SoundFileForm: String, Sendable, Hashable, CaseIterable {
    /// Compressed without loss: FLAC.
    case flac
    /// Uncompressed: WAV, and RF64 (EBU Tech 3306), its large form, from 4 GiB on.
    case wav

    /// The form that a file's name asks for; nil where it ends otherwise.
    public init?(path: String) {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), let form = Self(rawValue: name[name.index(after: dot)...].lowercased())
        else { return nil }
        self = form
    }
}
