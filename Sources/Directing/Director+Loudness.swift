import Broadcasting

extension Director {
    /// What the gain of a cue is made of at this hour, while nothing ducks it.
    func gains(of cue: Cue) -> GainChain {
        let volumes = settings?.volumes ?? NodeSettings.Volumes()
        var gains = GainChain(volumes, cue: cue.volume, isEmergency: cue.isEmergency, isNight: isNight)
        gains.content = cue.audio.map(\.gain)
        return gains
    }

    /// What the gain of a playback is made of, ducking included.
    func gainsNow(_ index: Int) -> GainChain {
        var gains = playbacks[index].gains
        gains.duck = (playbacks[index].voice?.gain ?? gains.sum) - gains.sum
        return gains
    }

    private var isNight: Bool {
        guard let settings, let night = settings.volumes.night else { return false }
        return night.hours.contains(secondOfDay: secondOfDay(settings))
    }
}
