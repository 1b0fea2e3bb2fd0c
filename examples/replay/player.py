"""Plays the steps of one case against a subject, and says what it comes to. docs/replaying.md has the rules."""
import contextlib
import os
import signal
import socket
import subprocess
import threading

import wire

GUARD_S = 5.0  # what has to come comes in this time
MUTE_S = 1.0   # of a link on which nothing has to come
START_S = 30.0
PROTOCOL_ERROR, PING, PONG = b"\0\0", b"\0\x08", b"\0\x09"  # how these messages begin, on connection 0
READING = {"expect", "ask", "expect_violation", "expect_end", "expect_exit", "next_link"}


class Failed(Exception):
    """A step was not met. What this replayer does not know is a KeyError instead."""


def judge(case, layouts, command, extra):
    """(verdict, reason)"""
    if case["conduit"] != "bare" or "tcp" not in case["transports"] or case["subject"]["store"]:
        return "unjudged", "not over TCP on a bare conduit without a store"
    player = Player(case, layouts)
    try:
        player.start(command, extra)
        for step in case["steps"]:
            player.play(step)
        if (player.process.poll() or 0) < 0:
            raise Failed(f"the subject was killed by signal {-player.process.returncode}")
        return player.verdict, ""
    except Failed as why:
        return "fail" if player.step["basic"] else case["failing"][player.stage], f"{player.step['step']}: {why}"
    except KeyError as what:
        return "unjudged", f"this replayer has no {what}"
    finally:
        player.end()


class Link:
    def __init__(self, connection, answers_pings):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket, self.answers_pings, self.buffer, self.said = connection, answers_pings, b"", set()
        self.came, self.taken, self.hidden = [], set(), []  # payloads, the places of those that steps took
        self.stands, self.ended = False, None

    def write(self, data):
        with contextlib.suppress(OSError):  # how the link ended is for a later step
            self.socket.sendall(data)

    def receive(self, patience):
        """Adds a payload to what came. False if the link ended, or nothing came."""
        while not self.ended:
            size = 4 + int.from_bytes(self.buffer[:4], "little")
            if len(self.buffer) >= size:
                frame, self.buffer = self.buffer[4:size], self.buffer[size:]
                if not (self.answers_pings and frame[:2] == PING):
                    self.stands &= frame[:2] != PROTOCOL_ERROR
                    self.came.append(frame)
                    return True
                self.write(len(frame).to_bytes(4, "little") + PONG + frame[2:])
                continue
            try:
                self.socket.settimeout(patience)
                data = self.socket.recv(1 << 16)
            except TimeoutError:
                return False
            except OSError:
                self.ended = "reset"
            else:
                self.buffer += data
                self.ended = None if data else "cut" if self.buffer else "eof"
            self.stands &= not self.ended
        return False

    def unread(self, names, patience=GUARD_S):
        """What came and no step took, with its place."""
        place = 0
        while place < len(self.came) or self.receive(patience):
            frame = self.came[place]
            if place not in self.taken and not any(wire.fits(each, frame, dict(names)) for each in self.hidden):
                yield place, frame
            place += 1


class Player:
    def __init__(self, case, layouts):
        self.case, self.layouts, self.names, self.links = case, layouts, {}, {}
        self.verdict, self.stage, self.process = "pass", "before", None
        self.step = {"step": "start", "basic": True}
        self.listener = socket.create_server(("127.0.0.1", 0))

    def start(self, command, extra):
        self.listener.settimeout(START_S)
        address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        environment = {**os.environ, **extra, **self.case["subject"]["environment"], "PEER_ADDR": address,
                       "LISTEN_TRANSPORT": "tcp", "LISTEN_PORT": "0"}
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        if self.case["role"] == "initiator":
            self.listener.close()
            limit = threading.Timer(START_S, self.process.kill)
            limit.start()
            said = (line.decode().strip() for line in self.process.stdout)
            line = next((each for each in said if each.startswith("LISTEN_ADDR=")), None)
            limit.cancel()
            if line is None:
                raise Failed("it did not say where it listens")
            host, port = line.removeprefix("LISTEN_ADDR=").rsplit(":", 1)
            self.dial = lambda: socket.create_connection((host, int(port)), GUARD_S)
        else:
            self.dial = lambda: self.listener.accept()[0]
        threading.Thread(target=self.process.stdout.read, daemon=True).start()  # so that no pipe fills
        self.next_link({"link": "first"}, None)
        if self.case["role"] == "acceptor":
            self.listener.settimeout(GUARD_S)

    def end(self):
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.listener.close()
        for link in self.links.values():
            link.socket.close()

    def play(self, step, is_asked=False):
        self.step, link = step, self.links.get(step["link"])
        if step.get("when") == "session_stands" and not link.stands:
            return
        if not is_asked and (step["step"] == "ask" or step["step"] == "expect_violation" and link.stands):
            self.send(step, link)
        vars(Player)[step["step"]](self, step, link)

    def fits(self, pattern, frame):
        return wire.fits(pattern, frame, self.names)

    def may_pass(self, frame, kinds):
        return any(self.fits({"kind": kind, "fields": self.layouts[kind]}, frame) for kind in kinds)

    def note(self, kind, link):
        if kind == "lets_go":
            link.stands, self.stage = True, "in_session"

    def send(self, step, link):
        writes = []
        for frame in step["frames"]:
            if frame["once"] is None or frame["once"] not in link.said:
                data = b"".join(wire.written(part, self.names) for part in frame["parts"])
                writes.append(data if frame["framing"] == "none" else len(data).to_bytes(4, "little") + data)
                link.said |= {frame["once"], data}
                self.note(frame["kind"], link)
        cut, stream = step.get("cut"), b"".join(writes)
        if cut or step.get("together"):
            cuts = range(1, len(stream)) if cut == "bytewise" else cut or []
            writes = [stream[begin:end] for begin, end in zip([0, *cuts], [*cuts, None])]
        for data in writes:
            link.write(data)

    def expect(self, step, link):
        left = list(step["frames"])
        among = {"given": 1, "any": None}[step["order"]]
        for place, frame in link.unread(self.names):
            met = next((each for each in left[:among] if self.fits(each, frame)), None)
            if not met and not self.may_pass(frame, step["passing"]):
                raise Failed(f"expected {left[0]['kind']}, got {frame[:40].hex()}")
            link.taken.add(place)
            if met:
                left.remove(met)
                self.note(met["kind"], link)
                if not left:
                    return
        raise Failed(f"expected {left[0]['kind']}, got {link.ended or 'silence'}")

    def ask(self, step, link):
        for place, frame in link.unread(self.names):
            if self.fits(step["until"], frame):
                link.taken.add(place)
                if not self.fits(step["answer"], frame):
                    raise Failed(f"the answer is wrong: {frame[:40].hex()}")
                return
            if any(self.fits(each, frame) for each in step["aside"]):
                link.taken.add(place)
            elif frame[:2] == PROTOCOL_ERROR or any(self.fits(each, frame) for each in step["never"]) \
                    or frame[:2] == PONG and PING + frame[2:] not in link.said:
                raise Failed(f"this must not come: {frame[:40].hex()}")
        is_client = self.case["subject"]["environment"]["SUBJECT_MODE"] == "client"
        if not (step["when"] == "session_stands" and is_client and link.ended == "eof"):
            raise Failed(f"expected {step['until']['kind']}, got {link.ended or 'silence'}")

    def expect_violation(self, step, link):
        seen = {"not_honoured", "survived"}
        for place, frame in link.unread(self.names):
            link.taken.add(place)
            if frame[:2] == PROTOCOL_ERROR:
                seen.add("told")
            if any(self.fits(each, frame) for each in step["honoured"]):
                seen.discard("not_honoured")
                break
            if step["until"] and self.fits(step["until"], frame):
                break
        if link.ended in ("eof", "reset"):
            seen.add("closed")
        if missed := [each for each in step["asks"] if each not in seen]:
            raise Failed("this was to be treated as a violation; not seen: " + ", ".join(missed))

    def expect_end(self, step, link):
        if step["process"]:
            raise KeyError("process")
        is_mute = "mute" in step["ends"]
        for place, frame in link.unread(self.names, MUTE_S if is_mute else GUARD_S):
            if not step["any_may_pass"] and not self.may_pass(frame, step["passing"]):
                raise Failed(f"this came before the link ended: {frame[:40].hex()}")
            link.taken.add(place)
        ends = {"eof", "reset", "cut"} if "any" in step["ends"] else {*step["ends"]}
        ends |= {"eof"} if "closed" in ends else set()
        if link.ended not in ends and not (is_mute and not link.ended):
            raise Failed(f"the link ended by {link.ended}" if link.ended else "the link did not end")

    def expect_exit(self, step, link):
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.process.wait(GUARD_S)
            if code >= 0 and code in (step["codes"] or [code]):
                return
        raise Failed(f"the process was to exit, and its code is {self.process.returncode}")

    def one_of(self, step, link):
        ways = sorted(step["alternatives"], key=lambda way: way["steps"][0]["step"] not in READING if way["steps"] else True)
        firsts = [way["steps"][0] if way["steps"] else {} for way in ways]
        for first in firsts:
            if first.get("step") in ("ask", "expect_violation"):
                self.send(first, link)
        for way, first in zip(ways, firsts):
            before = set(link.taken), dict(self.names), link.hidden
            link.hidden = link.hidden + [each["until"] for each in firsts if each is not first and each.get("until")]
            try:
                if first:
                    self.play(first, is_asked=True)
                break
            except Failed:
                link.taken, self.names, link.hidden = before
        else:
            self.step = step
            raise Failed("no alternative was met")
        for further in way["steps"][1:]:
            self.play(further)
        self.verdict = self.verdict if way["verdict"] == "pass" else way["verdict"]
        if self.verdict == "fail":
            raise Failed(way["reason"])

    def drop(self, step, link):
        link.stands, link.ended = False, "ours"
        link.socket.close()

    def half_close(self, step, link):
        link.stands = False
        with contextlib.suppress(OSError):
            link.socket.shutdown(socket.SHUT_WR)

    def next_link(self, step, link):
        if link:
            for _ in link.unread(self.names):
                pass
            if not link.ended:
                raise Failed("the link did not end before the next one")
        try:
            self.links[step["link"]] = Link(self.dial(), self.case["pings"] == "answered")
        except OSError as why:
            raise Failed(f"there is no next link: {why}") from None
