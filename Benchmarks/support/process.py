"""What a running process has cost so far."""

import os
import time


def cpu(pid):
    """CPU-seconds of all its threads, those that have ended among them."""
    return time.clock_gettime((~pid << 3) | 2)


def threads(pid):
    """Its threads: number to name."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/comm") as file:
                found[int(task)] = file.read().strip()
        except FileNotFoundError:
            pass
    return found


def switches(pid):
    """Context switches of its present threads, voluntary and not, by name."""
    counts = {}
    for task, name in threads(pid).items():
        try:
            with open(f"/proc/{pid}/task/{task}/status") as file:
                count = sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
        except FileNotFoundError:
            continue
        counts[name] = counts.get(name, 0) + count
    return counts


def memory(pid, key="Rss"):
    """Megabytes (2²⁰ bytes) of memory: `Rss`, or another line of smaps_rollup."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(f"{key}:")) / 1024


class Cost:
    """CPU-seconds and context switches of a process from now on."""

    def __init__(self, pid):
        self.pid, self.began = pid, time.monotonic()
        self.cpu, self.switches = cpu(pid), switches(pid)

    def per_minute(self):
        """CPU-seconds, context switches, and those by thread."""
        minutes = (time.monotonic() - self.began) / 60
        now = switches(self.pid)
        by_thread = {name: (count - self.switches.get(name, 0)) / minutes for name, count in now.items()}
        return (cpu(self.pid) - self.cpu) / minutes, sum(by_thread.values()), by_thread
