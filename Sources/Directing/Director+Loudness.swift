import Broadcasting

extension Director {
    /// What the gain of a cue is made of at this hour, while nothing ducks it.
    func gains(of cue: Cue) -> GainChain {
        let volumes = settings?.volumes ?? NodeSettings.Volumes()
        return GainChain(volumes, cue: cue.volume, isEmergency: cue.isEmergency, isNight: isNight)
    }

    private var isNight: Bool {
        guard let settings, let night = settings.volumes.night else { return false }
        return night.hours.contains(secondOfDay: secondOfDay(settings))
    }
}
