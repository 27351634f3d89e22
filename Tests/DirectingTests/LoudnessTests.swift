import Broadcasting
import Testing

@testable import Directing

/// How loud a cue is, and what its record says of it. The world begins at 10:00 of its day.
@Suite struct LoudnessTests {
    private static func world(_ volumes: NodeSettings.Volumes) -> World {
        var world = World()
        var settings = world.settingsOfDefault
        settings.volumes = volumes
        world.set(settings)
        return world
    }

    private static func night(_ from: String, _ to: String, _ volume: Double) -> NodeSettings.Volumes {
        var volumes = NodeSettings.Volumes(normal: -2, ceiling: 0, emergency: 4)
        volumes.night = NodeSettings.Night(from: from, to: to, volume: volume)
        return volumes
    }

    @Test func `a start tells each factor of its gain`() throws {
        var world = Self.world(NodeSettings.Volumes(normal: -8, ceiling: -6, emergency: 3))
        var broadcast = Samples.broadcast("a", in: world)
        broadcast.volume = 5
        broadcast.audio = (1...2).compactMap { Samples.audio($0, seconds: 5) }
        for index in broadcast.audio.indices { broadcast.audio[index].gain = [-3.5, 7][index] }
        world.publish([broadcast])
        world.run(seconds: 2)
        let started = try #require(world.story(Samples.cue("a")).first { $0.kind == .started })
        let gains = try #require(started.gains)
        #expect(gains.content == [-3.5, 7])
        #expect(gains.node == -8 && gains.cue == 5 && gains.ceiling == -3 && gains.night == 0 && gains.duck == 0)
        #expect(gains.sum == -6 && started.gain == -6)
    }

    @Test(arguments: [
        ("22:00", "05:00", BulletinClass.normal, -2.0), ("09:00", "10:01", .normal, -12),
        ("09:00", "10:01", .priority, -12), ("20:00", "10:01", .normal, -12), ("09:00", "10:01", .emergency, 4),
        ("09:00", "10:00", .normal, -2), ("10:00", "10:00", .normal, -2),
    ])
    func `at night another volume counts, but not for an emergency`(
        from: String, to: String, class: BulletinClass, gain: Double
    ) throws {
        var world = Self.world(Self.night(from, to, -12))
        world.publish([Samples.broadcast("a", `class`, in: world)])
        world.run(seconds: 2)
        #expect(world.heardNow == [Samples.cue("a"): gain])
        let started = try #require(world.story(Samples.cue("a")).first { $0.kind == .started })
        #expect(started.gains?.night == (gain == -12 ? -10 : 0))
        #expect(started.gains?.sum == gain)
    }

    @Test func `night falls and ends while a cue sounds, to the second`() {
        var world = Self.world(Self.night("10:01", "10:02", -12))
        world.publish([Samples.broadcast("a", in: world, after: 50, seconds: 100)])
        world.run(seconds: 59)
        #expect(world.heardNow == [Samples.cue("a"): -2])
        world.run(seconds: 2)
        #expect(world.heardNow == [Samples.cue("a"): -12])
        world.run(seconds: 58)
        #expect(world.heardNow == [Samples.cue("a"): -12])
        world.run(seconds: 2)
        #expect(world.heardNow == [Samples.cue("a"): -2])
    }

    @Test(arguments: [
        ("10:01", "10:02", -12.0), ("09:00", "10:01", -2), ("10:00", "10:01", -2), ("10:02", "10:03", -2),
    ])
    func `what begins as night falls or ends has the gain of that hour from its first frame`(
        from: String, to: String, gain: Double
    ) throws {
        for cue in [Samples.occurrence("p"), Samples.cue("a")] {
            var world = Self.world(Self.night(from, to, -12))
            world.publish(schedule: cue.kind == .programme ? [Samples.programme("p")] : [])
            world.publish(cue.kind == .broadcast ? [Samples.broadcast("a", in: world, after: 60)] : [])
            world.run(seconds: 60.001)
            let voice = try #require(world.player.voices[cue])
            #expect(voice.firstGain == gain && voice.gain == gain)
            let started = try #require(world.story(cue).first { $0.kind == .started })
            #expect(started.startError == 0 && started.gains?.sum == gain)
            #expect(world.violations.isEmpty)
        }
    }

    @Test(arguments: [55.0, 58, 59.5])
    func `volumes that change between load and start count from the first frame`(after: Double) throws {
        var world = Self.world(NodeSettings.Volumes(normal: -2))
        world.publish(schedule: [Samples.programme("p")])
        world.run(seconds: after)
        let cue = Samples.occurrence("p")
        #expect(world.player.voices[cue]?.gain == -2)
        var settings = world.settingsOfDefault
        settings.volumes.normal = -7
        world.set(settings)
        #expect(world.player.voices[cue]?.gain == -7)
        world.run(seconds: 60.001 - after)
        #expect(world.player.voices[cue]?.firstGain == -7)
        let started = try #require(world.story(cue).first { $0.kind == .started })
        #expect(started.startError == 0 && started.gain == -7)
    }

    @Test func `the ceiling binds the night as well`() {
        var volumes = Self.night("09:00", "11:00", 6)
        volumes.ceiling = 1
        var world = Self.world(volumes)
        world.publish([Samples.broadcast("a", in: world)])
        world.run(seconds: 2)
        #expect(world.heardNow == [Samples.cue("a"): 1])
    }

    @Test func `the volume in force is that of the hour, and never above the ceiling`() {
        var world = Self.world(Self.night("10:01", "10:02", 6))
        #expect(world.director.volume == -2)
        world.run(seconds: 61)
        #expect(world.director.volume == 0)
        world.run(seconds: 60)
        #expect(world.director.volume == -2)
    }

    @Test func `an end tells the factors of the last gain`() throws {
        var world = Self.world(Self.night("10:01", "10:02", -12))
        world.publish([Samples.broadcast("a", in: world, after: 50, seconds: 20)])
        world.run(seconds: 80)
        let started = try #require(world.story(Samples.cue("a")).first { $0.kind == .started })
        #expect(started.gains?.night == 0)
        let end = try #require(world.terminal[Samples.cue("a")])
        #expect(end.gain == -12)
        #expect(end.gains?.night == -10 && end.gains?.node == -2 && end.gains?.sum == -12)
        #expect(end.gains?.content == [0])
    }

    @Test func `an end tells how far a cue was lowered under others, and a resumption how far it is`() throws {
        var world = Self.world(NodeSettings.Volumes(normal: -2))
        var all = [Samples.broadcast("a", in: world, seconds: 30)]
        world.publish(all)
        world.run(seconds: 2)
        // Silent under an emergency, then soft under what came meanwhile, then as before.
        all.append(Samples.broadcast("e", .emergency, in: world, seconds: 5))
        all.append(Samples.broadcast("b", .priority, in: world, seconds: 10))
        all[2].over = .duck(decibels: -15)
        world.publish(all)
        world.run(seconds: 7)
        #expect(world.heardNow == [Samples.cue("a"): -17, Samples.cue("b"): -2])
        world.run(seconds: 60)
        let story = world.story(Samples.cue("a"))
        #expect(story.map(\.kind) == [.accepted, .fetched, .started, .interrupted, .resumed, .finished])
        #expect(story.map(\.gains?.duck) == [nil, nil, 0, nil, -15, -15])
        #expect(story.map(\.gain) == [nil, nil, -2, nil, -2, -2])
        let other = try #require(world.terminal[Samples.cue("b")])
        #expect(other.gains?.duck == 0)
    }

    @Test func `the gain of a piece that was left out is not told`() throws {
        var world = Self.world(NodeSettings.Volumes())
        var pieces = (1...3).compactMap { Samples.audio($0, seconds: 5) }
        for index in pieces.indices { pieces[index].gain = [-3.5, 7, 2][index] }
        world.setContent(pieces[1].sha256, .failed(Reason(.contentCorrupt, "the hash differs")))
        var programme = Samples.programme("p")
        programme.blocks = pieces.map { .audio($0) }
        world.publish(schedule: [programme])
        world.run(seconds: 90)
        let story = world.story(Samples.occurrence("p")).filter { [.started, .failed].contains($0.kind) }
        #expect(story.map(\.gains?.content) == [[-3.5, 2], [-3.5, 2]])
    }
}
