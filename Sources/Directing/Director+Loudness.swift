import Broadcasting

extension Director {
    /// What the gain of a cue is made of at this hour, while nothing ducks it.
    func gains(of cue: Cue) -> GainChain {
        let volumes = settings?.volumes ?? NodeSettings.Volumes()
        return GainChain(volumes, cue: cue.volume, isEmergency: cue.isEmergency, isNight: isNight)
    }

    /// The gain in dB that a cue without a volume of its own has at this hour, emergencies aside.
    public var volume: Double {
        GainChain(settings?.volumes ?? NodeSettings.Volumes(), isNight: isNight).unducked
    }

    private var isNight: Bool {
        guard let settings, let night = settings.volumes.night else { return false }
        return night.hours.contains(secondOfDay: secondOfDay(settings))
    }
}
