"""MP3 files by which one sees in a recording what sounded when: music in the left channel alone, announcements in the right."""

import os

from .programs import run
from .recording import wave_samples

THRESHOLD = 1000  # of 32768: an announcement is louder than this from its first wave on


def make_music(path, seconds):
    """Two low tones on the left, whose steps from sample to sample are small."""
    _make(path, seconds, ["sine", "220", "sine", "275"], ["remix", "1,2", "gain", "-6"], ["remix", "1", "0"])


def make_announcement(path, seconds):
    """A square wave on the right. Returns the frame at which a decoder that is not ours lets it go beyond the threshold."""
    _make(path, seconds, ["square", "1000"], ["gain", "-6"], ["remix", "0", "1"])
    decoded = f"{path}.decoded.wav"
    run("mpg123", "-q", "-w", decoded, path)
    samples, channels = wave_samples(decoded)
    os.unlink(decoded)
    return next(n for n, value in enumerate(samples[1::channels]) if abs(value) > THRESHOLD)


def make_noise(path, seconds):
    """Stereo as music has it, for what decoding costs: pink noise, 128 kbit/s."""
    wave = f"{path}.wav"
    run("sox", "-q", "-R", "-n", "-r", "48000", "-c", "2", "-b", "16", wave, "synth", str(seconds), "pinknoise", "gain", "-12")
    run("lame", "--quiet", "-b", "128", "--cbr", wave, path)
    os.unlink(wave)


def _make(path, seconds, synth, mix, channels):
    mono, wave = f"{path}.mono.wav", f"{path}.wav"
    run("sox", "-n", "-r", "48000", "-b", "16", mono, "synth", str(seconds), *synth, *mix)
    run("sox", mono, wave, *channels)
    run("lame", "--quiet", "-m", "s", "-b", "128", "--cbr", wave, path)
    os.unlink(mono)
    os.unlink(wave)
