# SPDX-License-Identifier: Apache-2.0
"""A browser that a test drives: Debian's chromium, through chromedriver and
the W3C's WebDriver protocol, which is JSON over HTTP."""

import base64
import http.client
import json
import os
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "ArrowLeft": "\ue012",
        "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015",
        "Tab": "\ue004"}


class BrowserError(Exception):
    """What the browser refused to do."""


class Browser:
    """A window without a screen, and a profile of its own."""

    def __init__(self):
        self._home = tempfile.TemporaryDirectory(dir=".")
        self._session = None
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, HOME=os.path.abspath(self._home.name)))
        self._port = self._read_port()
        # The sandbox needs rights that root in a container has not.
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--no-first-run",
                     "--window-size=1400,900",
                     f"--user-data-dir={os.path.abspath(self._home.name)}/it"]
        answer = self._call("POST", "/session", {"capabilities": {
            "alwaysMatch": {
                "goog:chromeOptions": {"args": arguments},
                "goog:loggingPrefs": {"browser": "ALL"}}}})
        self._session = answer["sessionId"]

    def _read_port(self):
        for line in self._driver.stdout:
            words = line.decode(errors="replace").split()
            if "on" in words and "port" in words:
                number = words[words.index("port") + 1].rstrip(".")
                if number.isdigit() and number != "0":
                    return int(number)
        raise BrowserError("chromedriver tells no port")

    def _call(self, method, path, body=None):
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            link.request(method, path, None if body is None
                         else json.dumps(body).encode(),
                         {"Content-Type": "application/json"})
            value = json.loads(link.getresponse().read())["value"]
        finally:
            link.close()
        if isinstance(value, dict) and "error" in value:
            raise BrowserError(f"{value['error']}: {value.get('message')}")
        return value

    def _do(self, method, path, body=None):
        return self._call(method, f"/session/{self._session}{path}", body)

    def open(self, url):
        self._do("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """What `return` in the script answers."""
        return self._do("POST", "/execute/sync",
                        {"script": script, "args": list(arguments)})

    def wait(self, script, *arguments, limit=60):
        """Until the script answers something true; answers that."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            answer = self.run(script, *arguments)
            if answer:
                return answer
            time.sleep(0.02)
        raise BrowserError(f"never came true: {script}")

    def click(self, selector):
        """Where the middle of the element is, with a pointer."""
        found = self._do("POST", "/element", {"using": "css selector",
                                              "value": selector})
        self._do("POST", "/actions", {"actions": [{
            "type": "pointer", "id": "mouse", "actions": [
                {"type": "pointerMove", "duration": 0, "x": 0, "y": 0,
                 "origin": {ELEMENT: found[ELEMENT]}},
                {"type": "pointerDown", "button": 0},
                {"type": "pointerUp", "button": 0}]}]})

    def drag(self, x, y, dx, dy):
        self._do("POST", "/actions", {"actions": [{
            "type": "pointer", "id": "mouse", "actions": [
                {"type": "pointerMove", "duration": 0, "x": x, "y": y},
                {"type": "pointerDown", "button": 0},
                {"type": "pointerMove", "duration": 50, "x": x + dx,
                 "y": y + dy},
                {"type": "pointerUp", "button": 0}]}]})

    def wheel(self, x, y, delta):
        self._do("POST", "/actions", {"actions": [{
            "type": "wheel", "id": "wheel", "actions": [
                {"type": "scroll", "x": x, "y": y, "deltaX": 0,
                 "deltaY": delta, "duration": 0, "origin": "viewport"}]}]})

    def press(self, *keys):
        """To whatever has the focus."""
        actions = []
        for key in keys:
            value = KEYS.get(key, key)
            actions += [{"type": "keyDown", "value": value},
                        {"type": "keyUp", "value": value}]
        self._do("POST", "/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": actions}]})

    def prefer(self, scheme):
        """"light" or "dark"."""
        self._do("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setEmulatedMedia", "params": {"features": [
                {"name": "prefers-color-scheme", "value": scheme}]}})

    def messages(self):
        """What the page wrote to its console, mistakes above all."""
        return [entry["message"] for entry in
                self._do("POST", "/se/log", {"type": "browser"})]

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._do("GET", "/screenshot")))

    def close(self):
        try:
            if self._session:
                self._do("DELETE", "")
        finally:
            self._driver.terminate()
            self._driver.stdout.close()
            self._driver.wait()
            self._home.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
