import Broadcasting
import Directing
import FoundationEssentials
import Logging
import Playout
import RuntimeSupport
import Scheduling

/// The daily self-test: a voice that no director knows, and that gives way to each that one does.
extension NodeCore {
    /// A self-test that is under way.
    struct RunningTest {
        let voice: VoiceID
        let events: AsyncStream<PlayerEvent>.Continuation
    }

    /// Has a test made that is due, if nothing stands against it now. Called after each event, and at least once a minute.
    func considerSelfTest() {
        guard runningTest == nil, let setting = settings?.selfTest, director.isFreeForTest,
            SelfTestTime.due(
                setting, node: node, last: selfTestResult?.at, now: Timestamp(nanoseconds: WallClock.nanoseconds),
                offset: localOffset) != nil
        else { return }
        selfTestRequest.yield()
    }

    /// When the next test will be due, for the timer.
    var nextSelfTest: Timestamp? {
        settings?.selfTest.map {
            SelfTestTime.next(
                $0, node: node, now: Timestamp(nanoseconds: WallClock.nanoseconds), offset: localOffset)
        }
    }

    /// Makes one test, unless it has become unwelcome meanwhile.
    func makeSelfTest() async {
        guard runningTest == nil, let setting = settings?.selfTest, director.isFreeForTest else { return }
        lastVoice += 1
        let voice = VoiceID(lastVoice)
        let (events, sink) = AsyncStream.makeStream(of: PlayerEvent.self)
        runningTest = RunningTest(voice: voice, events: sink)
        let ceiling = settings?.volumes.ceiling ?? 0
        let test = SelfTest(level: min(setting.level, ceiling), microphone: configuration.capture)
        let result = await test.run(with: player, as: voice, events: events)
        runningTest = nil
        guard let result else { return }
        note(result)
    }

    /// Ends a test that is under way: something else is to sound.
    func yieldSelfTest() {
        guard let runningTest else { return }
        player.stop(runningTest.voice)
    }

    /// Whether an event is about the test's voice, and so about no cue. The test learns of a lost device as well.
    func isOfSelfTest(_ event: PlayerEvent) -> Bool {
        guard let runningTest else { return false }
        let voice: VoiceID? =
            switch event {
            case .loaded(let voice, _, _), .started(let voice, _, _), .progress(let voice, _), .paused(let voice, _),
                .resumed(let voice, _, _), .ended(let voice, _):
                voice
            default: nil
            }
        if case .deviceLost = event { runningTest.events.yield(event) }
        guard voice == runningTest.voice else { return false }
        runningTest.events.yield(event)
        return true
    }

    private func note(_ result: SelfTestResult) {
        selfTestResult = result
        // Written to a file of another name, flushed and renamed: whole after a power cut, or as it was.
        if let data = try? Wire.encode(result), !FileManager.default.createFile(atPath: selfTestFile, contents: data) {
            logger.warning("the self-test's result is not on the disk", metadata: ["file": "\(selfTestFile)"])
        }
        var event = NodeEvent(.selfTested)
        event.selfTest = result
        perform([.record(.node(event))])
    }

    /// What the latest test of an earlier run of the program found.
    static func selfTestResult(in folder: String) -> SelfTestResult? {
        FileManager.default.contents(atPath: "\(folder)/self-test").flatMap {
            try? Wire.decode(SelfTestResult.self, from: $0)
        }
    }

    private var selfTestFile: String { "\(configuration.state)/self-test" }

    /// Seconds east of UTC where the node stands.
    private var localOffset: Int {
        let now = Timestamp(nanoseconds: WallClock.nanoseconds)
        return settings.flatMap { zones.rules(of: $0.timeZone)?.secondsFromUTC(at: now) } ?? 25_200
    }
}
