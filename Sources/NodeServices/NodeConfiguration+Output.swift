import AmplifierControl
import Configuration
import Playout

extension NodeConfiguration {
    /// What lies between the mixer's samples and the horn: the card's own volume, the amplifier, and where the mixer runs.
    public struct Output: Sendable, Hashable {
        /// The element of the card's mixer that is the volume, such as `Master`; nil to do it all in the samples.
        public var mixer: String?
        /// The processor that the mixer runs on; nil for any.
        public var processor: Int?
        public var isDithered: Bool
        /// How close before what the card plays sound is taken back and replaced, in seconds.
        public var rewindMargin: Double
        /// Seconds after the last sample for which the amplifier stays on.
        public var offDelay: Double
        /// What switches the amplifier; nil where nothing does.
        public var amplifier: Amplifier?
    }

    /// A relay that puts the amplifier's power on.
    public enum Amplifier: Sendable, Hashable {
        /// On a GPIO line, by the number or name of the line.
        case line(chip: String, line: String, isActiveLow: Bool)
        /// Behind a file that takes `1` and `0`.
        case file(path: String, isActiveLow: Bool)

        var relay: any AmplifierSwitch {
            switch self {
            case .line(let chip, let line, let isActiveLow):
                GPIOSwitch(chip: chip, line: line, isActiveLow: isActiveLow)
            case .file(let path, let isActiveLow): FileSwitch(path: path, isActiveLow: isActiveLow)
            }
        }
    }
}

extension NodeConfiguration.Output {
    /// Reads the keys `amplifier.…` and what concerns the output among `device.…`.
    init(from reader: ConfigReader) throws(NodeConfigurationError) {
        mixer = Self.text("device.mixer", in: reader)
        isDithered = try Self.flag("device.dither", in: reader)
        let milliseconds = Double(reader.string(forKey: "device.rewindMargin", default: "0.5")) ?? .nan
        guard (0.25...40).contains(milliseconds) else {
            throw NodeConfigurationError(key: "device.rewindMargin", problem: "lies between 0.25 and 40 milliseconds")
        }
        rewindMargin = milliseconds / 1000
        if let text = Self.text("device.processor", in: reader) {
            guard let number = Int(text), (0..<1024).contains(number) else {
                throw NodeConfigurationError(
                    key: "device.processor", problem: "is the number of a processor, from 0 on")
            }
            processor = number
        }
        offDelay = Double(reader.string(forKey: "amplifier.offDelay", default: "10")) ?? .nan
        guard (0...3600).contains(offDelay) else {
            throw NodeConfigurationError(key: "amplifier.offDelay", problem: "lies between 0 and 3600 seconds")
        }
        let isActiveLow = try Self.flag("amplifier.activeLow", in: reader)
        let chip = Self.text("amplifier.chip", in: reader)
        let line = Self.text("amplifier.line", in: reader)
        switch (chip, line, Self.text("amplifier.file", in: reader)) {
        case (nil, nil, nil): break
        case (nil, nil, let path?): amplifier = .file(path: path, isActiveLow: isActiveLow)
        case (let chip?, let line?, nil): amplifier = .line(chip: chip, line: line, isActiveLow: isActiveLow)
        case (_, _, _?):
            throw NodeConfigurationError(key: "amplifier.file", problem: "stands for chip and line: write either")
        case (_?, nil, nil):
            throw NodeConfigurationError(
                key: "amplifier.line", problem: "is missing: write the line's number or name, as `gpioinfo` lists them")
        case (nil, _?, nil):
            throw NodeConfigurationError(
                key: "amplifier.chip", problem: "is missing: write the chip's name, as `gpiodetect` lists them")
        }
    }

    private static func text(_ key: String, in reader: ConfigReader) -> String? {
        reader.string(forKey: ConfigKey(key)).flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func flag(_ key: String, in reader: ConfigReader) throws(NodeConfigurationError) -> Bool {
        switch reader.string(forKey: ConfigKey(key), default: "false").lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default: throw NodeConfigurationError(key: key, problem: "is true or false")
        }
    }
}

extension PlayerConfiguration {
    /// What the node's settings say of its device.
    init(_ configuration: NodeConfiguration) {
        self.init(
            device: configuration.device, rate: configuration.rate, channels: configuration.channels,
            warmUp: configuration.warmUp, offDelay: configuration.output.offDelay,
            mixerElement: configuration.output.mixer, progressInterval: 0.25)
        processor = configuration.output.processor
        isDithered = configuration.output.isDithered
        rewindMargin = configuration.output.rewindMargin
        relayAuthorities = configuration.relayAuthorities
    }
}
