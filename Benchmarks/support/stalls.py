"""How long the machine itself keeps the most urgent thread of a processor waiting: no audio thread on it can do better."""

import os
import subprocess
import sys
from typing import NamedTuple

PERIOD = 2_000_000  # nanoseconds
NOTED = 1_000_000
# At a buffer of 20 ms in periods of 5 ms the mixer wakes with 10 to 15 ms left, so that a shorter standstill cannot run it dry.
NEEDED = 10_000_000
# A mixer that has its processor back writes at once: what runs dry more than a period later has another cause.
REACH = 5_000_000

WATCH = """
import os, sys, time
processor, period, noted = map(int, sys.argv[1:])
os.sched_setaffinity(0, {processor})
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(80))
due = time.monotonic_ns()
while True:
    due += period
    time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
    now = time.monotonic_ns()
    if now - due > noted:
        print(processor, due, now, flush=True)
        due = now
"""


class Stall(NamedTuple):
    """A processor stood still from `begin` to `end`, in nanoseconds of CLOCK_MONOTONIC. It may have begun up to PERIOD earlier, of which nobody knows."""

    processor: int
    begin: int
    end: int

    @property
    def length(self):
        return self.end - self.begin


class Stalls:
    """A thread under SCHED_FIFO 80 on each processor, which notes when it was woken a millisecond late or later."""

    def __init__(self, path):
        self.watches = {}
        for number in sorted(os.sched_getaffinity(0)):
            output = f"{path}.{number}"
            with open(output, "w") as file:
                self.watches[output] = subprocess.Popen(
                    [sys.executable, "-c", WATCH, str(number), str(PERIOD), str(NOTED)], stdin=subprocess.DEVNULL, stdout=file
                )

    def close(self):
        """Ends the watch, and returns what it noted. Raises ChildProcessError when a watch had ended by itself, and saw nothing since."""
        found, dead = [], []
        for output, watch in self.watches.items():
            if watch.poll() is not None:
                dead.append(output)
            watch.terminate()
            watch.wait()
            with open(output) as file:
                found += [Stall(*map(int, line.split())) for line in file if line.endswith("\n")]
        if dead:
            raise ChildProcessError(f"nobody watched for standstills: {', '.join(dead)}")
        return found


def explanation(instant, stalls, processor):
    """The standstill for which a mixer on `processor` ran dry at `instant`: the longest that may have been it; None where there is none."""
    causes = [
        stall
        for stall in stalls
        if stall.processor == processor and stall.length >= NEEDED and stall.begin <= instant <= stall.end + REACH
    ]
    return max(causes, key=lambda stall: stall.length, default=None)
