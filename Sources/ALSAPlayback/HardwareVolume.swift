import CALSA
import Glibc

/// The volume of a sound card itself: one element of its mixer, in decibels.
///
/// Owns one `snd_mixer_t`: opened by `init`, closed by `deinit`, used by one thread.
@safe
public struct HardwareVolume: ~Copyable {
    private let mixer: OpaquePointer
    private let element: OpaquePointer
    /// The lowest and the highest level of the element, in dB.
    public let range: ClosedRange<Double>

    /// Opens the mixer of `card` and finds `name` in it, such as `Master`; `Master,1` is the second of that name.
    ///
    /// - Throws: `PCMError` when there is no such card, or no such element with a volume in decibels.
    public init(card: String, name: String) throws(PCMError) {
        let mixer = unsafe try Self.open(card)
        do throws(PCMError) {
            guard let element = unsafe Self.find(name, in: mixer) else {
                let names = unsafe Self.names(in: mixer).joined(separator: ", ")
                throw PCMError("find \(name) in the mixer of \(card), which has \(names)", status: -ENOENT)
            }
            guard unsafe snd_mixer_selem_has_playback_volume(element) == 1 else {
                throw PCMError("find a volume in \(name)", status: -EINVAL)
            }
            var (least, most) = (0, 0)
            unsafe try Self.check(
                "learn the decibels of \(name)", snd_mixer_selem_get_playback_dB_range(element, &least, &most))
            guard least < most else { throw PCMError("learn the decibels of \(name)", status: -EINVAL) }
            range = Double(least) / 100...Double(most) / 100
            unsafe self.element = element
        } catch {
            unsafe snd_mixer_close(mixer)
            throw error
        }
        unsafe self.mixer = mixer
    }

    deinit {
        unsafe snd_mixer_close(mixer)
    }

    /// The card whose mixer belongs to the playback device `device`: `hw:CARD=x` for a device that names its card, and else what
    /// ALSA's configuration calls the same.
    public static func card(of device: String) -> String {
        guard let colon = device.firstIndex(of: ":") else { return device }
        let fields = device[device.index(after: colon)...].split(separator: ",")
        if let card = fields.first(where: { $0.hasPrefix("CARD=") }) { return "hw:\(card)" }
        if device.hasPrefix("hw:") || device.hasPrefix("plughw:"), let first = fields.first { return "hw:\(first)" }
        return device
    }

    /// What sound passes in the mixer of `card` on its way out, as it is set now. What only lets an input be heard is left out.
    ///
    /// - Throws: `PCMError` when there is no such card, or none with a mixer.
    public static func playbackElements(of card: String) throws(PCMError) -> [PlaybackElement] {
        // Many devices have no mixer of their name, of which libasound would write to the standard error.
        let before = unsafe snd_lib_error_set_local { _, _, _, _, _, _ in }
        defer { unsafe snd_lib_error_set_local(before) }
        let mixer = unsafe try open(card)
        defer { unsafe snd_mixer_close(mixer) }
        var elements: [PlaybackElement] = []
        var element = unsafe snd_mixer_first_elem(mixer)
        while let this = unsafe element {
            let found = unsafe state(of: this)
            if let found, !found.isMonitor { elements.append(found) }
            unsafe element = snd_mixer_elem_next(this)
        }
        return elements
    }

    /// Nil for what neither turns nor switches what is played.
    private static func state(of element: OpaquePointer) -> PlaybackElement? {
        let hasVolume = unsafe snd_mixer_selem_has_playback_volume(element) == 1
        let hasSwitch = unsafe snd_mixer_selem_has_playback_switch(element) == 1
        guard hasVolume || hasSwitch else { return nil }
        var (levels, isMuted): ([Int], Bool) = ([], false)
        for number in 0...SND_MIXER_SCHN_LAST.rawValue {
            let channel = snd_mixer_selem_channel_id_t(rawValue: number)
            guard unsafe snd_mixer_selem_has_playback_channel(element, channel) == 1 else { continue }
            var (level, isOn): (Int, CInt) = (0, 1)
            if hasVolume, unsafe snd_mixer_selem_get_playback_dB(element, channel, &level) >= 0 { levels.append(level) }
            if hasSwitch, unsafe snd_mixer_selem_get_playback_switch(element, channel, &isOn) >= 0, isOn == 0 {
                isMuted = true
            }
        }
        let index = unsafe snd_mixer_selem_get_index(element)
        let name = unsafe String(cString: snd_mixer_selem_get_name(element))
        return PlaybackElement(
            name: index == 0 ? name : "\(name),\(index)", level: levels.min().map { Double($0) / 100 }, isMuted: isMuted
        )
    }

    /// The level that the element has now, in dB.
    public func level() throws(PCMError) -> Double {
        unsafe try Self.check("read the mixer", snd_mixer_handle_events(mixer))
        var level = 0
        unsafe try Self.check(
            "read the volume", snd_mixer_selem_get_playback_dB(element, SND_MIXER_SCHN_MONO, &level))
        return Double(level) / 100
    }

    /// The lowest level of the element that is not below `decibels`, or its highest.
    public func step(for decibels: Double) -> Double {
        let hundredths = Int((min(max(decibels, range.lowerBound), range.upperBound) * 100).rounded())
        var (value, level) = (0, 0)
        guard unsafe snd_mixer_selem_ask_playback_dB_vol(element, hundredths, 1, &value) >= 0,
            unsafe snd_mixer_selem_ask_playback_vol_dB(element, value, &level) >= 0
        else { return range.upperBound }
        return Double(level) / 100
    }

    /// Sets the element to a level that `step` gave, on all channels, and takes away its mute.
    public func set(_ decibels: Double) throws(PCMError) {
        // What somebody else has set in the meantime.
        unsafe try Self.check("read the mixer", snd_mixer_handle_events(mixer))
        unsafe try Self.check(
            "set the volume",
            snd_mixer_selem_set_playback_dB_all(element, Int((decibels * 100).rounded()), 1))
        if unsafe snd_mixer_selem_has_playback_switch(element) == 1 {
            unsafe try Self.check("unmute the card", snd_mixer_selem_set_playback_switch_all(element, 1))
        }
    }

    /// Opens the mixer of `card`; who calls it closes it.
    private static func open(_ card: String) throws(PCMError) -> OpaquePointer {
        var opened: OpaquePointer?
        let status = unsafe snd_mixer_open(&opened, 0)
        guard status >= 0, let mixer = unsafe opened else { throw PCMError("open a mixer", status: status) }
        do throws(PCMError) {
            unsafe try check("open the mixer of \(card)", snd_mixer_attach(mixer, card))
            unsafe try check("use the mixer of \(card)", snd_mixer_selem_register(mixer, nil, nil))
            unsafe try check("read the mixer of \(card)", snd_mixer_load(mixer))
        } catch {
            unsafe snd_mixer_close(mixer)
            throw error
        }
        return unsafe mixer
    }

    private static func find(_ name: String, in mixer: OpaquePointer) -> OpaquePointer? {
        let parts = name.split(separator: ",", maxSplits: 1)
        var found: OpaquePointer?
        var identity: OpaquePointer?
        unsafe snd_mixer_selem_id_malloc(&identity)
        guard let identity = unsafe identity else { return nil }
        defer { unsafe snd_mixer_selem_id_free(identity) }
        unsafe snd_mixer_selem_id_set_name(identity, parts.first.map { String($0) } ?? "")
        unsafe snd_mixer_selem_id_set_index(identity, parts.count > 1 ? UInt32(parts[1]) ?? 0 : 0)
        unsafe found = snd_mixer_find_selem(mixer, identity)
        return unsafe found
    }

    private static func names(in mixer: OpaquePointer) -> [String] {
        var names: [String] = []
        var element = unsafe snd_mixer_first_elem(mixer)
        while let this = unsafe element {
            if unsafe snd_mixer_selem_has_playback_volume(this) == 1 {
                names.append(unsafe String(cString: snd_mixer_selem_get_name(this)))
            }
            unsafe element = snd_mixer_elem_next(this)
        }
        return names.isEmpty ? ["none with a volume"] : names
    }

    private static func check(_ step: @autoclosure () -> String, _ status: CInt) throws(PCMError) {
        guard status >= 0 else { throw PCMError(step(), status: status) }
    }
}
