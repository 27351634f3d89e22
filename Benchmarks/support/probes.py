"""The kernel's probes (uprobes): how often one thread calls which functions. Needs root, or the right to trace."""

import os
import re
import signal
import subprocess
import tempfile

TRACING = "/sys/kernel/tracing"


class Probes:
    """On functions of the files that a process has mapped: {beginning of a file's name: [function]}. Calls that the files of `others` make are left out."""

    def __init__(self, pid, wanted, others=()):
        self.pid, self.group, self.functions = pid, f"loa_{os.getpid()}", []
        mappings = _mappings(pid)
        ranges = [each[:2] for each in mappings for name in others if os.path.basename(each[2]).startswith(name)]
        self.filter = " && ".join(f"(caller < {begin:#x} || caller >= {end:#x})" for begin, end in ranges)
        try:
            for name, functions in wanted.items():
                path = next(path for _, _, path in mappings if os.path.basename(path).startswith(name))
                offsets = _offsets(path)
                for function in functions:
                    self._write(f"p:{self.group}/{function} {path}:{offsets[function]:#x} caller=+0(%sp):x64")
                    self.functions.append(function)
        except OSError:
            self.close()
            raise

    def count(self, thread, during):
        """How often `thread` called each of them while `during()` ran, again and again until it returns False; and for how many seconds that was looked at.

        A breakpoint goes when its page is dropped, as a lean program does with its code, and comes back when counting begins anew. So `during` is to be
        short, and a quarter of a second counts as looked at when any thread of the process was seen to call the first function in it.
        """
        calls, quarters, goes_on = dict.fromkeys(self.functions, 0), 0, True
        while goes_on:
            with tempfile.NamedTemporaryFile("r") as mine, tempfile.NamedTemporaryFile("r") as theirs:
                counters = [
                    self._perf(self.functions, ["-t", str(thread)], self.filter, mine.name),
                    self._perf(self.functions[:1], ["-p", str(self.pid)], "", theirs.name),
                ]
                goes_on = during()
                for counter in counters:
                    counter.send_signal(signal.SIGINT)
                    counter.wait()
                quarters += sum(count > 0 for _, count in self._rows(theirs))
                # What was called was called, also in a quarter in which a breakpoint went.
                for function, count in self._rows(mine):
                    calls[function] += count
        return calls, quarters / 4

    def _perf(self, functions, target, condition, path):
        command = ["perf", "stat", "-I", "250", "-x", ",", "-o", path, *target]
        for function in functions:
            command += ["-e", f"{self.group}:{function}"] + (["--filter", condition] if condition else [])
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _rows(self, file):
        """(function, calls) for each quarter of a second

        Where perf lacks the right to look into the kernel it calls its events otherwise and counts nothing: they are no rows.
        """
        events = {f"{self.group}:{function}": function for function in self.functions}
        for line in file:
            row = line.strip().split(",")
            if len(row) > 3 and row[3] in events and row[1].isdigit():
                yield events[row[3]], int(row[1])

    def close(self):
        for function in self.functions:
            self._write(f"-:{self.group}/{function}")

    def _write(self, line):
        # Python's own files seek to the end, which this one refuses.
        file = os.open(f"{TRACING}/uprobe_events", os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, f"{line}\n".encode())
        finally:
            os.close(file)


def _mappings(pid):
    """(begin, end, path) of each piece of a file that the process has mapped."""
    with open(f"/proc/{pid}/maps") as file:
        rows = [line.split() for line in file]
    return [(*(int(end, 16) for end in row[0].split("-")), row[5]) for row in rows if len(row) > 5 and row[5].startswith("/")]


def _offsets(path):
    """Where functions begin in a file."""
    segments = []
    for line in _lines("readelf", "-lW", path):
        if found := re.match(r"\s*LOAD\s+(0x\w+)\s+(0x\w+)\s+\S+\s+(0x\w+)", line):
            segments.append([int(number, 16) for number in found.groups()])
    offsets = {}
    for line in _lines("nm", "-D", path) + _lines("nm", path):
        if found := re.match(r"(\w+) [TtWi] ([^@\s]+)", line):
            address = int(found[1], 16)
            offset = next((address - start + at for at, start, size in segments if start <= address < start + size), None)
            if offset is not None:
                offsets.setdefault(found[2], offset)
    return offsets


def _lines(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout.splitlines()
