# SPDX-License-Identifier: Apache-2.0
"""The rate limit goes as that of botocore's adaptive mode, step by step."""

import random
import subprocess

import aws
import support

aws.with_botocore()

from botocore.retries import adaptive, bucket, throttling  # noqa: E402
from botocore.exceptions import CapacityNotAvailableError  # noqa: E402


class Clock:
    now = 0.0

    def current_time(self):
        return self.now


class Detector:
    def is_throttling_error(self, throttled):
        return throttled


class Theirs:
    def __init__(self, start):
        self.clock = Clock()
        self.clock.now = start
        self.bucket = bucket.TokenBucket(max_rate=1, clock=self.clock)
        self.limiter = adaptive.ClientRateLimiter(
            rate_adjustor=throttling.CubicCalculator(
                starting_max_rate=0, start_time=start),
            rate_clocker=adaptive.RateClocker(self.clock),
            token_bucket=self.bucket, throttling_detector=Detector(),
            clock=self.clock)

    def step(self, now, what):
        self.clock.now = now
        wait = 0
        if what != "take":
            self.limiter.on_receiving_response(throttled=what == "throttled")
        elif self.limiter._enabled:
            try:
                self.bucket.acquire(block=False)
            except CapacityNotAvailableError:
                wait = self.bucket._sleep_amount(1)
        return wait, self.bucket.max_rate, self.bucket.available_capacity


def run(dice, start, limit):
    """A service that takes `limit` requests a second, and a client that asks
    for leave now and then."""
    now, events, times = start, [], []
    for _ in range(3000):
        now += dice.expovariate(3 * limit)
        events.append((now, "take"))
        if dice.random() < .5:
            now += dice.random() * .2
            times = [t for t in times if t > now - 1]
            throttled = len(times) >= limit or dice.random() < .01
            events.append((now, "throttled" if throttled else "ok"))
            times.append(now)
    text = f"{start!r} start\n" + "".join(f"{t!r} {w}\n" for t, w in events)
    done = subprocess.run([aws.program("rate")], input=text, text=True,
                          stdout=subprocess.PIPE, timeout=60, check=False)
    lines = done.stdout.splitlines()
    support.equal(len(lines), len(events), "answers")
    theirs = Theirs(start)
    limited = 0
    for (when, what), line in zip(events, lines):
        expected = theirs.step(when, what)
        ours = [float(word) for word in line.split()]
        limited += ours[0] > 0
        for one, other in zip(ours, expected):
            if abs(one - other) > 1e-6 * max(1, abs(other)):
                support.fail(f"{when} {what}: {ours}, botocore {expected}")
    return limited


dice = random.Random(20261123)
for start, limit in ((0.0, 10), (1234.56, 2), (1795399384.25, 50)):
    held = run(dice, start, limit)
    print(f"{limit} a second: held back {held} times")
    support.check(held > 10, "never held back")
support.passed()
