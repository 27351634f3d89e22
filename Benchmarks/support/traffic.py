"""Announcements and emergencies at random over music, as many days of a commune in a few minutes: up to three voices at once."""

import os
import random
import signal
import time

from .sounds import make_announcement, make_music
from .station import timestamp

LENGTHS = (0.4, 1.5, 4.0)  # seconds that announcements sound


class Traffic:
    """What the node is to play: music throughout, and broadcasts that interrupt, duck, come at an instant, and are recalled."""

    def __init__(self, station, seconds, seed):
        self.station, self.dice = station, random.Random(seed)
        make_music(f"{station.folder}/music.mp3", seconds)
        self.music = station.broadcast("music", station.keep(f"{station.folder}/music.mp3", seconds), priority=32, maximumDuration=86_400)
        self.audio = []
        for length in LENGTHS:
            path = f"{station.folder}/announcement-{length}.mp3"
            make_announcement(path, length)
            self.audio.append(station.keep(path, length))
        self.running, self.count, self.recalls = {}, 0, 0
        self.publish()
        station.wait_for_record("started", "music")

    def publish(self):
        self.station.client.publish_and_wait(
            self.station.broadcasts_topic, self.station.broadcasts(self.music, *self.running.values()), retain=True
        )

    def begin(self):
        """One more broadcast."""
        self.count += 1
        name = f"cue-{self.count}"
        kind, priority = self.dice.choice([("normal", 112), ("priority", 144), ("emergency", 224), ("emergency", 240)])
        over = self.dice.choice(["interrupt", {"duck": -12}, {"duck": -20}])
        later = self.dice.choice([0, 0, 0.7])
        self.running[name] = self.station.broadcast(
            name, self.dice.choice(self.audio), kind, priority=priority, over=over, start=timestamp(later),
            whenInterrupted=self.dice.choice(["resume", "restart", "drop", "liveEdge"]),
        )

    def recall(self):
        """One that is not over yet."""
        name = self.dice.choice(list(self.running))
        if "cancelled" not in self.running[name]:
            self.running[name]["cancelled"] = {"at": timestamp(), "reason": "changed our minds"}
            self.recalls += 1

    def forget_ended(self):
        ended = {r["cue"].split("/")[1] for r in self.station.records[-200:] if r.get("final")}
        for name in ended & self.running.keys():
            del self.running[name]

    def hold(self):
        """Stops the node for longer than its device lasts, at any moment of its work: an underrun, from which it recovers."""
        os.kill(self.station.pid, signal.SIGSTOP)
        time.sleep(0.4)
        os.kill(self.station.pid, signal.SIGCONT)

    def go_on(self, seconds, holds=False):
        """Something new each half second or so; with `holds` an underrun now and then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.forget_ended()
            if len(self.running) < 6 and (not self.running or self.dice.random() < 0.75):
                self.begin()
            else:
                self.recall()
            self.publish()
            if holds and self.dice.random() < 0.1:
                time.sleep(self.dice.uniform(0, 0.05))
                self.hold()
            time.sleep(self.dice.uniform(0.1, 0.9))

    def said(self, kind):
        """How many records of this kind the journal has of them."""
        return sum(record["kind"] == kind for record in self.station.records)
