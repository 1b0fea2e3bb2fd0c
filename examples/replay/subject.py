"""A subject by its contract, and the TCP links to it."""
import os
import queue
import select
import signal
import socket
import struct
import subprocess
import threading
import time

import wire

GUARD_S = 5.0    # for whatever has to come
SETTLE_S = 0.3   # for a process to end after its link
LONGEST = 1 << 26


class Failure(Exception):
    """The subject did not do what the case asks for."""


class Subject:
    def __init__(self, command, case, extra=None):
        self.listener = self.address = None
        environment = {**os.environ, **(extra or {}), **case["subject"]["environment"]}
        if case["subject"]["role"] == "acceptor":
            environment.update(LISTEN_TRANSPORT="tcp", LISTEN_PORT="0")
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
            environment["PEER_ADDR"] = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        self.said = threading.Event()
        threading.Thread(target=self.read_output, daemon=True).start()
        if self.listener is None and not self.said.wait(30):
            raise Failure("it did not say where it listens")

    def read_output(self):
        for line in self.process.stdout:
            if line.startswith("LISTEN_ADDR=") and self.address is None:
                host, port = line.strip()[12:].rsplit(":", 1)
                self.address = host, int(port)
                self.said.set()
        self.said.set()

    def next_socket(self, patience=GUARD_S):
        if self.listener is None:
            try:
                return socket.create_connection(self.address, patience)
            except (OSError, TypeError) as error:
                raise Failure(f"there is no link: {error}") from None
        until = time.monotonic() + patience
        while time.monotonic() < until:
            self.listener.settimeout(0.05)
            try:
                return self.listener.accept()[0]
            except socket.timeout:
                if self.exit_code() is not None:
                    patience = until = 0
        raise Failure("it did not dial")

    def exit_code(self, patience=0.0):
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            return None

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        if self.listener:
            self.listener.close()


class Link:
    """Payloads, each behind its length. What comes is read at once, so that a writer never waits for a reader."""

    def __init__(self, connection, layouts, conduit_parity):
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket, self.layouts, self.parity = connection, layouts, {0: conduit_parity}
        self.events, self.held, self.again = queue.Queue(), [], []
        self.layer, self.end, self.finished, self.unanswered, self.nonces = "prologue", None, False, 0, set()
        self.may_be_refused, self.sent_once = False, set()
        self.closing = False
        self.reader = threading.Thread(target=self.pump, daemon=True)
        self.reader.start()

    def pump(self):
        data = bytearray()
        while True:
            while len(data) >= 4 and len(data) - 4 >= (length := int.from_bytes(data[:4], "little")):
                self.events.put(("frame", bytes(data[4:4 + length])))
                del data[:4 + length]
            if len(data) >= 4 and length > LONGEST:
                return self.events.put(("broken", None))
            try:
                while not select.select([self.socket], [], [], 0.1)[0]:
                    if self.closing:
                        return None
                piece = self.socket.recv(1 << 16)
            except (OSError, ValueError):
                return self.events.put(("reset", None))
            if not piece:
                return self.events.put(("truncated" if data else "eof", None))
            data += piece

    def kinds(self):
        layers = {"prologue": ("transport_",), "handshake": ("hello", "lets_go", "sorry")}
        prefixes = layers.get(self.layer)
        if prefixes:
            return [kind for kind in self.layouts if kind.startswith(prefixes)]
        handshake = ("transport_", "hello", "lets_go", "client_hello", "server_hello", "stable_")
        return [kind for kind in self.layouts if not kind.startswith(handshake) and (kind != "sorry" or self.may_be_refused)]

    def read(self, payload, ours):
        """What a payload says, and what follows from it for those behind it."""
        kind, values = wire.read(payload, self.layouts, self.kinds())
        if kind == "transport_accept":
            self.layer = "handshake"
        elif kind == "lets_go":
            self.layer, self.may_be_refused = "message", True
        elif kind in ("hello", "connection_open"):
            parity = values.get("parity") or values["connection_settings"]["parity"]
            is_odd = parity in ("odd", {"Odd": None})
            on = values.get("on", 0)
            if kind == "hello" or on:
                self.parity[on] = is_odd == ours
        elif kind == "ping" and ours:
            self.nonces.add(values["nonce"])
        return kind, values

    def write(self, stream, count):
        self.unanswered += count
        try:
            self.socket.sendall(stream)
        except OSError:
            pass  # how the link ends is for a later step

    def look(self, deadline):
        """("frame", (kind, values, payload)), (an end, None), or ("silence", None)."""
        if self.end:
            return self.end, None
        try:
            what, payload = self.events.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return "silence", None
        if what != "frame":
            self.end = what
            return what, None
        kind, values = self.read(payload, ours=False)
        if kind != "protocol_error":
            self.unanswered = max(0, self.unanswered - 1)
        return "frame", (kind, values, payload)

    def usable(self):
        return self.layer == "message" and not self.finished and self.end is None

    def close(self, reset=False):
        self.closing = True
        self.reader.join()
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
        self.end = self.end or "ours"
