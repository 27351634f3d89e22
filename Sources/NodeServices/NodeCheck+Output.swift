import ALSAPlayback
import AmplifierControl
import Glibc

/// What lies between the samples and the horn, where the settings name it.
extension NodeCheck {
    func volume() -> [Finding] {
        let doubt = LocalOutput(configuration).volumeDoubt.map {
            Finding(verdict: .doubtful, part: "volume", text: $0)
        }
        return [ownVolume(), doubt].compactMap(\.self)
    }

    /// The element that the node turns.
    private func ownVolume() -> Finding? {
        guard let element = configuration.output.mixer else { return nil }
        do throws(PCMError) {
            let volume = try HardwareVolume(card: HardwareVolume.card(of: configuration.device), name: element)
            let range = "\(volume.range.lowerBound) to \(volume.range.upperBound) dB"
            return Finding(
                verdict: .good, part: "volume", text: "\(element): \(range), now \(try volume.level()) dB")
        } catch {
            return Finding(
                verdict: .wrong, part: "volume",
                text: "\(error): set device.mixer to a name that `amixer` lists, or leave it out")
        }
    }

    func amplifier() -> Finding? {
        guard let amplifier = configuration.output.amplifier else { return nil }
        do throws(AmplifierError) {
            try amplifier.relay.probe()
            return Finding(verdict: .good, part: "relay", text: "the amplifier's relay can be switched")
        } catch {
            guard error.number != EBUSY else {
                return Finding(
                    verdict: .doubtful, part: "relay", text: "\(error): by loa-node itself, if it runs; see `gpioinfo`")
            }
            return Finding(
                verdict: .wrong, part: "relay",
                text: "\(error): \(Self.advice(for: error)) Or leave amplifier out of the settings")
        }
    }

    private static func advice(for error: AmplifierError) -> String {
        switch error.number {
        case EACCES, EPERM: "give it to the user of loa-node."
        case ENOENT, ENODEV: "this box has no such relay; `gpiodetect` and `gpioinfo` list what it has."
        default: "look at amplifier in the settings."
        }
    }
}
