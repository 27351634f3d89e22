import MP3Decoding
import Relaying

/// A stream of MP3 frames from which its listener takes what is there. No call waits.
protocol LiveStream: AnyObject {
    /// The next frame, and whether it does not follow the one before; nil while there is none.
    func next() -> (packet: MPEGPacket, isBreak: Bool)?
    /// Seconds of sound that wait to be taken.
    var level: Double { get }
    /// Says whether the frames are being played.
    func setListening(_ listening: Bool)
}

extension RelayReceiver: LiveStream {}
