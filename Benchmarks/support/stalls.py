"""How long the machine itself keeps the most urgent thread waiting: no audio thread can do better."""

import os
import subprocess
import sys

PERIOD = 2_000_000  # nanoseconds
NOTED = 1_000_000

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
        print(due, now, flush=True)
        due = now
"""


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
        """Ends the watch. Returns from when to when the machine stood still, in nanoseconds of CLOCK_MONOTONIC."""
        found = []
        for output, watch in self.watches.items():
            watch.terminate()
            watch.wait()
            with open(output) as file:
                found += [tuple(map(int, line.split())) for line in file if line.endswith("\n")]
        return found


def explained(instant, stalls, needed, reach):
    """Whether the machine stood still for `needed` nanoseconds or more within the `reach` before `instant`."""
    return any(end - begin >= needed and begin <= instant and end >= instant - reach for begin, end in stalls)
