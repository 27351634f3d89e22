"""A small MQTT 3.1.1 client: QoS 1 publishes and subscriptions over one socket, each message with its instant."""

import os
import socket
import struct
import subprocess
import sys
import threading
import time


class Client:
    """Connects to a broker on loopback. `heard(topic, payload, nanoseconds)` is called on the reading thread."""

    def __init__(self, port, name, heard=None):
        self.heard = heard or (lambda *_: None)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(None)
        self.sending = threading.Lock()
        self.identifier = 0
        self.answered = threading.Condition()
        self.answers = set()
        body = _text("MQTT") + bytes([4, 2]) + struct.pack(">H", 0) + _text(name)
        self._send(0x10, body)
        self.buffer = b""
        kind, answer, _ = self._packet()
        if kind >> 4 != 2 or answer[1] != 0:
            raise ConnectionError(f"the broker does not want us: {answer!r}")
        threading.Thread(target=self._read, daemon=True).start()

    def subscribe(self, topic):
        """Returns once the broker has agreed."""
        self._ask(0x82, lambda number: struct.pack(">H", number) + _text(topic) + b"\x01")

    def publish(self, topic, payload, retain=False):
        """Returns the instant before the packet went out, in nanoseconds of CLOCK_MONOTONIC; does not wait for the broker."""
        with self.sending:
            self.identifier = self.identifier % 65535 + 1
            packet = _packet(0x32 | (1 if retain else 0), _text(topic) + struct.pack(">H", self.identifier) + payload)
            instant = time.monotonic_ns()
            self.socket.sendall(packet)
        return instant

    def publish_and_wait(self, topic, payload, retain=False):
        """Returns once the broker has it."""
        with self.answered:
            self.publish(topic, payload, retain)
            self._wait(4, self.identifier)

    def _ask(self, kind, body):
        with self.answered:
            with self.sending:
                self.identifier = self.identifier % 65535 + 1
                self.socket.sendall(_packet(kind, body(self.identifier)))
            self._wait(9, self.identifier)

    def _wait(self, kind, number):
        if not self.answered.wait_for(lambda: (kind, number) in self.answers, timeout=10):
            raise TimeoutError("the broker does not answer")
        self.answers.discard((kind, number))

    def _send(self, kind, body):
        with self.sending:
            self.socket.sendall(_packet(kind, body))

    def _read(self):
        while True:
            try:
                kind, body, instant = self._packet()
            except (ConnectionError, OSError):
                return
            if kind >> 4 == 3:
                length = struct.unpack(">H", body[:2])[0]
                topic, rest = body[2 : 2 + length].decode(), body[2 + length :]
                if kind & 6:
                    try:
                        self._send(0x40, rest[:2])
                    except OSError:
                        return
                    rest = rest[2:]
                self.heard(topic, rest, instant)
            elif kind >> 4 in (4, 9):
                with self.answered:
                    self.answers.add((kind >> 4, struct.unpack(">H", body[:2])[0]))
                    self.answered.notify_all()

    def _packet(self):
        while True:
            length, shift, used = 0, 0, 1
            while used < len(self.buffer):
                byte = self.buffer[used]
                length |= (byte & 127) << shift
                shift += 7
                used += 1
                if byte < 128:
                    if len(self.buffer) >= used + length:
                        kind, body = self.buffer[0], self.buffer[used : used + length]
                        self.buffer = self.buffer[used + length :]
                        return kind, body, self.instant
                    break
            more = self.socket.recv(65536)
            self.instant = time.monotonic_ns()
            if not more:
                raise ConnectionError("the broker hung up")
            self.buffer += more


def _text(text):
    return struct.pack(">H", len(text.encode())) + text.encode()


def _packet(kind, body):
    length, count = b"", len(body)
    while True:
        count, byte = count >> 7, count & 127
        length += bytes([byte | (128 if count else 0)])
        if not count:
            return bytes([kind]) + length + body


class Listener:
    """A plain subscriber in a process of its own: when did each message reach it?"""

    def __init__(self, port, topic):
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        self.process = subprocess.Popen(
            [sys.executable, "-c", _listener, str(port), topic],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=here,
        )
        if self.process.stdout.readline() != "ready\n":
            raise ConnectionError("the listener did not start")

    def next(self):
        """The instant at which the next message came."""
        return int(self.process.stdout.readline())

    def close(self):
        self.process.terminate()
        self.process.wait()


_listener = """
import sys, threading
from support.mqtt import Client
def heard(topic, payload, instant): print(instant, flush=True)
client = Client(int(sys.argv[1]), "listener", heard)
client.subscribe(sys.argv[2])
print("ready", flush=True)
threading.Event().wait()
"""
