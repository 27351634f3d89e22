import Broadcasting

extension Director {
    /// What the gain of a cue is made of at this hour, or at the one at which it is due if that is still to come, while nothing ducks it.
    func gains(of cue: Cue) -> GainChain {
        let volumes = settings?.volumes ?? NodeSettings.Volumes()
        return GainChain(
            volumes, cue: cue.volume, isEmergency: cue.isEmergency, isNight: isNight(at: max(time.reckoned, cue.due)))
    }

    /// The gain in dB that a cue without a volume of its own has at this hour, emergencies aside.
    public var volume: Double {
        GainChain(settings?.volumes ?? NodeSettings.Volumes(), isNight: isNight(at: time.reckoned)).unducked
    }

    private func isNight(at instant: Timestamp) -> Bool {
        guard let night = settings?.volumes.night else { return false }
        return night.hours.contains(secondOfDay: secondOfDay(at: instant))
    }
}
