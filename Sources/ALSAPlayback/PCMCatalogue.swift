import CALSA
import Glibc

/// The playback devices that ALSA knows, for a technician who has to choose one.
public enum PCMCatalogue {
    /// The names, as `aplay -L` lists them. Empty where there is no sound card.
    public static func playbackNames() -> [String] {
        var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        guard unsafe snd_device_name_hint(-1, "pcm", &hints) >= 0, let list = unsafe hints else { return [] }
        defer { unsafe snd_device_name_free_hint(list) }
        var names: [String] = []
        var index = 0
        while let hint = unsafe list[index] {
            index += 1
            if let direction = unsafe text(hint, "IOID"), direction == "Input" { continue }
            if let name = unsafe text(hint, "NAME") { names.append(name) }
        }
        return names
    }

    private static func text(_ hint: UnsafeMutableRawPointer, _ key: String) -> String? {
        guard let value = unsafe snd_device_name_get_hint(hint, key) else { return nil }
        defer { unsafe free(value) }
        return unsafe String(cString: value)
    }
}
