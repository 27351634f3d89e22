"""A node with a broker and a virtual sound card, to be spoken to with signed documents."""

import base64
import datetime
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .mqtt import Client


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def timestamp(seconds_from_now=0.0):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds_from_now)
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"


class Signer:
    """The controller's key."""

    def __init__(self):
        self.key = Ed25519PrivateKey.generate()
        self.x = base64url(self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        canonical = '{"crv":"Ed25519","kty":"OKP","x":"%s"}' % self.x
        self.kid = base64url(hashlib.sha256(canonical.encode()).digest())

    @property
    def jwk(self):
        return {"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": self.x}

    def sign(self, document):
        header = base64url(('{"alg":"EdDSA","kid":"%s","typ":"loa+jws"}' % self.kid).encode())
        text = f"{header}.{base64url(json.dumps(document).encode())}"
        return f"{text}.{base64url(self.key.sign(text.encode()))}".encode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """mosquitto on loopback, without a disk."""

    def __init__(self, folder):
        self.port = free_port()
        path = f"{folder}/mosquitto.conf"
        with open(path, "w") as file:
            file.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n")
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = subprocess.Popen([program, "-c", path], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise ConnectionError("mosquitto does not start")

    def close(self):
        self.process.terminate()
        self.process.wait()


class Card:
    """A virtual sound card that records: `environment` makes a program play on it by the name `speaker`."""

    def __init__(self, folder, name, plugin, options=""):
        self.recording = f"{folder}/{name}.wav"
        self.asoundrc = f"{folder}/{name}.asoundrc"
        with open(self.asoundrc, "w") as file:
            file.write(
                f'pcm_type.loa {{ lib "{plugin}" }}\npcm.speaker {{\n    type loa\n    name "{name}"\n'
                f'    recording "{self.recording}"\n    {options}\n}}\n'
            )
        self.environment = {**os.environ, "ALSA_CONFIG_PATH": self.asoundrc, "LOA_CLOCK_TRUST": "given"}


class Station:
    """One node and its controller's part: documents go down, receipts answer its journal."""

    def __init__(self, folder, binaries, broker, node="bench", card=None, arguments=(), wrapper=()):
        self.node, self.folder = node, folder
        self.signer = Signer()
        self.state = f"{folder}/{node}"
        os.makedirs(f"{self.state}/content", exist_ok=True)
        self.card = card or Card(folder, node, f"{binaries}/libasound_module_pcm_loa.so")
        self.numbers = {}
        self.records = []
        self.changed = threading.Condition()
        self.health = None
        self.client = Client(broker.port, "controller", self._heard)
        self.client.subscribe(f"loa/v1/nodes/{node}/journal")
        self.client.subscribe(f"loa/v1/nodes/{node}/health")
        config = f"{folder}/{node}.yaml"
        with open(config, "w") as file:
            file.write(
                f"node:\n  id: {node}\n  state: {self.state}\nmqtt:\n  host: 127.0.0.1\n  port: {broker.port}\n"
                f"device:\n  name: speaker\ntrust:\n  keys:\n    - {self.signer.x}\n"
            )
        self.publish(
            f"loa/v1/nodes/{node}/settings",
            {"scopes": [], "timeZone": "UTC", "volumes": {}, "trustedKeys": [self.signer.jwk]},
        )
        self.log = open(f"{folder}/{node}.log", "w")
        self.process = subprocess.Popen(
            [*wrapper, f"{binaries}/loa-node", "run", "--config", config, *arguments],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.card.environment,
        )
        self.wait(lambda: self.health is not None, "the node's first health report", 30)

    @property
    def pid(self):
        """The node's own process, also under a wrapper."""
        name = open(f"/proc/{self.process.pid}/comm").read().strip()
        if name == "loa-node":
            return self.process.pid
        children = open(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read().split()
        return int(children[0])

    def document(self, topic, body):
        number = self.numbers[topic] = self.numbers.get(topic, 0) + 1
        # A second later than now: whatever says that it starts now starts on receipt.
        envelope = {"topic": topic, "revision": {"epoch": 1, "number": number}, "issuedAt": timestamp(1)}
        return self.signer.sign({**envelope, **body})

    def publish(self, topic, body):
        self.client.publish_and_wait(topic, self.document(topic, body), retain=True)

    @property
    def broadcasts_topic(self):
        return f"loa/v1/scopes/node.{self.node}/broadcasts"

    def broadcasts(self, *broadcasts):
        """Signs a document of these broadcasts; publish it with `client.publish(broadcasts_topic, …, retain=True)`."""
        return self.document(self.broadcasts_topic, {"broadcasts": list(broadcasts)})

    def keep(self, path, duration):
        """Puts a file among the node's audio, and returns how a document names it."""
        data = open(path, "rb").read()
        digest = hashlib.sha256(data).hexdigest()
        with open(f"{self.state}/content/{digest}.mp3", "wb") as file:
            file.write(data)
        return {"sha256": digest, "bytes": len(data), "duration": duration}

    def broadcast(self, name, audio, kind="normal", **more):
        return {
            "id": name, "class": kind, "title": name, "audio": [audio], "start": timestamp(),
            "expires": timestamp(3600), "maximumDuration": 7200, **more,
        }

    def _heard(self, topic, payload, instant):
        message = json.loads(payload)
        with self.changed:
            if topic.endswith("/health"):
                self.health = message
            else:
                known = {record["sequence"] for record in self.records[-2000:]}
                self.records += [record for record in message["records"] if record["sequence"] not in known]
            self.changed.notify_all()
        if topic.endswith("/journal"):
            through = message["records"][-1]["sequence"]
            receipt = json.dumps({"journal": message["journal"], "through": through}).encode()
            self.client.publish(f"loa/v1/nodes/{self.node}/receipt", receipt)

    def wait(self, condition, what, seconds=10):
        with self.changed:
            if not self.changed.wait_for(condition, timeout=seconds):
                raise TimeoutError(f"waited in vain for {what}; see {self.log.name}")

    def wait_for_record(self, kind, broadcast, seconds=10):
        def has():
            return any(r["kind"] == kind and f"/{broadcast}/" in r.get("cue", "") for r in self.records[-100:])

        self.wait(has, f"{kind} of {broadcast}", seconds)

    def close(self):
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.kill(self.pid, signal.SIGKILL)
            self.process.wait()
