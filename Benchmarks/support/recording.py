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

    def spans(self, begin, end, clock="monotonic"):
        """What was heard from `begin` to `end`, in nanoseconds of CLOCK_MONOTONIC or, with "realtime", of CLOCK_REALTIME: (instant of
        the first frame, nanoseconds a frame, samples, channels) for each segment in it."""
        key = f"{clock}_ns"
        for segment in self.segments:
            step = step_of(segment)
            first = max(0, int((begin - segment[key]) / step))
            last = min(segment["frames"], int((end - segment[key]) / step) + 1)
            if first >= last:
                continue
            if segment["format"].strip() != "S16_LE":
                raise ValueError("a recording of 16 bits is wanted")
            channels = segment["channels"]
            samples = array.array("h")
            with open(f"{self.folder}/{segment['file']}", "rb") as file:
                file.seek(44 + (segment["first"] + first) * channels * 2)
                samples.frombytes(file.read((last - first) * channels * 2))
            yield segment[key] + first * step, step, samples, channels

    def first_above(self, threshold, channel, begin, end, clock="monotonic"):
        """The instant of the first sample of a channel beyond the threshold, or None; and nanoseconds a frame."""
        for instant, step, samples, channels in self.spans(begin, end, clock):
            for number, value in enumerate(samples[channel::channels]):
                if value > threshold or value < -threshold:
                    return instant + number * step, step
        return None, None

    def underruns(self):
        """When the card ran dry, in nanoseconds of CLOCK_MONOTONIC."""
        return [each["monotonic_ns"] + each["frames"] * step_of(each) for each in self.segments if each["ended"].strip() == "xrun"]

    def gaps(self):
        """Seconds of silence after each underrun, until the card played again."""
        return [
            (after["monotonic_ns"] - before["monotonic_ns"] - before["frames"] * step_of(before)) / 1e9
            for before, after in zip(self.segments, self.segments[1:])
            if before["ended"].strip() == "xrun"
        ]


def step_of(segment):
    """Nanoseconds that a frame of it lasts."""
    return 1e9 / (segment["rate"] * (1 + segment["ppm"] * 1e-6))


def wave_samples(path):
    """All samples of a WAV file of 16 bits, and how many channels it has."""
    with open(path, "rb") as file:
        header = file.read(44)
        samples = array.array("h")
        data = file.read()
        samples.frombytes(data[: len(data) // 2 * 2])
    return samples, struct.unpack("<H", header[22:24])[0]
