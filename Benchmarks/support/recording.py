"""What a virtual sound card has recorded, by the instant at which it was heard (docs/virtual-sound-card.md)."""

import array
import json
import os
import struct


class Recording:
    """The segments of one card, in the order of time. 16 bits, interleaved."""

    def __init__(self, path):
        self.folder = os.path.dirname(path)
        with open(path + ".segments") as file:
            self.segments = [json.loads(line) for line in file if line.strip()]
        self.segments.sort(key=lambda segment: segment["monotonic_ns"])

    def ended(self, how):
        """How many segments ended so: `xrun` counts the underruns."""
        return sum(segment["ended"].strip() == how for segment in self.segments)

    def spans(self, begin, end):
        """What was heard from `begin` to `end`, in nanoseconds of CLOCK_MONOTONIC: (instant of the first frame, nanoseconds a frame,
        samples, channels) for each segment in it."""
        for segment in self.segments:
            step = 1e9 / (segment["rate"] * (1 + segment["ppm"] * 1e-6))
            first = max(0, int((begin - segment["monotonic_ns"]) / step))
            last = min(segment["frames"], int((end - segment["monotonic_ns"]) / step) + 1)
            if first >= last:
                continue
            if segment["format"].strip() != "S16_LE":
                raise ValueError("a recording of 16 bits is wanted")
            channels = segment["channels"]
            samples = array.array("h")
            with open(f"{self.folder}/{segment['file']}", "rb") as file:
                file.seek(44 + (segment["first"] + first) * channels * 2)
                samples.frombytes(file.read((last - first) * channels * 2))
            yield segment["monotonic_ns"] + first * step, step, samples, channels


def wave_samples(path):
    """All samples of a WAV file of 16 bits, and how many channels it has."""
    with open(path, "rb") as file:
        header = file.read(44)
        samples = array.array("h")
        data = file.read()
        samples.frombytes(data[: len(data) // 2 * 2])
    return samples, struct.unpack("<H", header[22:24])[0]
