"""The kernel's probes (uprobes): how often one thread calls which functions. Needs root, or the right to trace."""

import os
import re
import signal
import subprocess
import tempfile

TRACING = "/sys/kernel/tracing"


class Probes:
    """On functions of the files that a process runs: {base name of a file: [function]}."""

    def __init__(self, pid, wanted):
        self.group, self.functions = f"loa_{os.getpid()}", []
        with open(f"/proc/{pid}/maps") as file:
            paths = {os.path.basename(path): path for path in (line.split()[-1] for line in file) if path.startswith("/")}
        try:
            for name, functions in wanted.items():
                offsets = _offsets(paths[name])
                for function in functions:
                    self._write(f"p:{self.group}/{function} {paths[name]}:{offsets[function]:#x}")
                    self.functions.append(function)
        except OSError:
            self.close()
            raise

    def count(self, thread, during):
        """How often `thread` called each of them while `during()` ran."""
        with tempfile.NamedTemporaryFile("r") as file:
            events = ",".join(f"{self.group}:{function}" for function in self.functions)
            perf = subprocess.Popen(
                ["perf", "stat", "-x", ",", "-o", file.name, "-e", events, "-t", str(thread)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            during()
            perf.send_signal(signal.SIGINT)
            perf.wait()
            rows = [line.split(",") for line in file if self.group in line]
        return {row[2].split(":")[1]: int(row[0]) for row in rows}

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
