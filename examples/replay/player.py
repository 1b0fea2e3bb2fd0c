"""Plays the steps of one case against a subject, and says what it comes to. docs/replaying.md has the rules."""
import time

import wire
from subject import GUARD_S, SETTLE_S, Failure, Link, Subject

MUTE_S = 1.0  # of a link on which nothing has to come
KNOWN = {"send", "expect", "ask", "expect_violation", "expect_end", "expect_exit", "one_of", "drop", "half_close",
         "next_link", "wait", "let"}


def unknown_steps(steps):
    for step in steps:
        if step["step"] not in KNOWN or step.get("order") == "ahead":
            yield step["step"]
        for each in step.get("alternatives", []):
            yield from unknown_steps(each["steps"])


def judge(case, layouts, command, extra=None):
    """(verdict, reason)"""
    unknown = sorted(set(unknown_steps(case["steps"])))
    if case["conduit"] != "bare" or "tcp" not in case["transports"] or case["subject"]["store"] or unknown:
        return "unjudged", f"steps: {', '.join(unknown)}" if unknown else "not over TCP on a bare conduit"
    player = None
    try:
        player = Player(case, layouts, Subject(command, case, extra))
        player.open("first")
        player.play(case["steps"])
    except wire.Unjudged as why:
        return "unjudged", str(why)
    except Failure as why:
        stage = "in_session" if player and player.had_session() else "before"
        basic = player is None or player.basic
        return ("fail" if basic else case["failing"][stage]), str(why)
    finally:
        if player:
            player.subject.end()
            for link in player.links.values():
                link.close()
    return player.verdict


class Player:
    def __init__(self, case, layouts, subject):
        self.case, self.layouts, self.subject = case, layouts, subject
        self.names, self.links, self.had = {}, {}, False
        self.over = self.crash_accepted = self.basic = False
        self.asked, self.late, self.last_ask_s = None, [], []
        self.verdict = "pass", ""

    def open(self, name):
        old = self.links.get(name)
        self.had = self.had_session()
        link = Link(self.subject.next_socket(), self.layouts, self.case["role"] == "initiator")
        if old:
            link.parity = old.parity
            old.close()
        self.links[name], self.over = link, False

    def had_session(self):
        return self.had or any(link.layer == "message" for link in self.links.values())

    def play(self, steps):
        for step in steps:
            self.step = step
            self.basic = step["basic"]
            link = self.links.get(step["link"])
            if link is None and step["step"] != "next_link":
                raise wire.Unjudged(f"there is no link {step['link']}")
            getattr(self, step["step"])(step, link)
        self.basic = False
        code = self.subject.exit_code()
        if code is not None and code < 0 and not self.crash_accepted:
            self.basic = True
            raise Failure(f"the subject was killed by signal {-code}")

    # What comes.

    def look(self, link, deadline):
        while True:
            what, frame = ("frame", link.again.pop(0)) if link.again else link.look(deadline)
            if what != "frame":
                return what, frame
            kind, values, payload = frame
            late = next((each for each in self.late if wire.fits(each, kind, values, payload, dict(self.names))), None)
            if late:
                self.late.remove(late)
            elif kind == "ping" and self.case["pings"] == "answered":
                pong = wire.varint(values["on"]) + b"\x09" + wire.varint(values["nonce"])
                link.write(len(pong).to_bytes(4, "little") + pong, 1)
            else:
                return what, frame

    def next(self, link, deadline):
        return ("frame", link.held.pop(0)) if link.held else self.look(link, deadline)

    def settled(self, link):
        return self.subject.exit_code(SETTLE_S)

    def crashed(self):
        code = self.subject.exit_code()
        return code is not None and code < 0

    def fits(self, pattern, frame):
        return frame[0] is not None and wire.fits(pattern, *frame, dict(self.names))

    @staticmethod
    def fail(why, frame=None):
        raise Failure(why if frame is None else f"{why}: {frame[0] or 'no frame'} {frame[2].hex()[:80]}")

    # Steps.

    def send(self, step, link):
        frames = [frame for frame in step["frames"] if frame["once"] not in link.sent_once]
        link.sent_once.update(frame["once"] for frame in frames if frame["once"])
        pieces = [wire.written(frame["parts"], self.names) for frame in frames]
        framed = [piece if frame["framing"] == "none" else len(piece).to_bytes(4, "little") + piece
                  for frame, piece in zip(frames, pieces)]
        for frame, piece in zip(frames, pieces):
            if frame["framing"] == "payload":
                link.read(piece, ours=True)
        stream = b"".join(framed)
        if step.get("cut"):
            cuts = range(1, len(stream)) if step["cut"] == "bytewise" else [at for at in step["cut"] if at < len(stream)]
            framed = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)])]
        elif step.get("together"):
            framed = [stream]
        link.unanswered += len(pieces) + step.get("together", False)
        for piece in framed:
            link.write(piece, 0)

    def expect(self, step, link):
        left, deadline = list(step["frames"]), time.monotonic() + GUARD_S
        while left:
            what, frame = self.next(link, deadline)
            if what != "frame":
                self.fail(f"expected {left[0]['kind']}, got {what}")
            if frame[0] is None and all(each["kind"] != "payload" for each in left):
                self.fail("expected a frame", frame)
            among = left if step["order"] == "any" else left[:1]
            taken = next((each for each in among if wire.fits(each, *frame, self.names)), None)
            if taken:
                left.remove(taken)
                deadline = time.monotonic() + GUARD_S
            elif frame[0] not in step["passing"]:
                self.fail(f"expected {left[0]['kind']}, got", frame)

    def put_question(self, step, link):
        asked, self.asked = self.asked, None
        if asked is None and step["frames"]:
            if not link.usable():
                return None
            self.send(step, link)
            asked = time.monotonic()
        return asked

    def ask(self, step, link):
        if step["when"] == "session_stands":
            left = link.end == "ours" or (link.end is None and not link.usable())
            if self.over or link.layer != "message" or left:
                return
        began = self.put_question(step, link)
        for frame in link.held:
            self.check_never(step, frame)
        deadline = time.monotonic() + GUARD_S
        while True:
            what, frame = self.look(link, deadline)
            if what != "frame":
                client = self.case["subject"]["environment"]["SUBJECT_MODE"] == "client"
                if step["when"] == "session_stands" and client and what != "silence" and not self.crashed():
                    return
                self.fail(f"expected {step['until']['kind']}, got {what}")
            if self.fits(step["until"], frame):
                self.last_ask_s.append(time.monotonic() - (began or deadline))
                if not self.fits(step["answer"], frame):
                    self.fail("the answer is wrong", frame)
                return
            if frame[0] is None:
                self.fail("no frame", frame)
            if any(self.fits(each, frame) for each in step["aside"]):
                continue
            self.check_never(step, frame)
            if frame[0] == "protocol_error":
                self.fail("it said that we broke a rule", frame)
            if frame[0] == "pong" and frame[1]["nonce"] not in link.nonces:
                self.fail("a pong that answers no ping", frame)
            link.held.append(frame)

    def check_never(self, step, frame):
        if any(self.fits(each, frame) for each in step["never"]):
            self.fail("this must not come", frame)

    def expect_violation(self, step, link):
        asked = self.put_question(step, link)
        told = answered = honoured = False
        end, deadline = None, time.monotonic() + GUARD_S
        while True:
            quiet = max([MUTE_S] + [50 * each for each in self.last_ask_s]) if self.last_ask_s or told else GUARD_S
            what, frame = self.look(link, min(deadline, time.monotonic() + quiet))
            if what != "frame":
                end = None if what == "silence" else what
                break
            if frame[0] is None:
                self.fail("no frame", frame)
            if asked and self.fits(step["until"], frame):
                answered = True
                break
            if frame[0] == "protocol_error":
                told = told or frame[1]["on"] == 0
            elif any(self.fits(each, frame) for each in step["honoured"]):
                honoured = True
                if not asked:
                    break
            else:
                link.held.append(frame)
        if asked and not answered:
            self.late.append(step["until"])
        code = self.settled(link) if end else self.subject.exit_code()
        died = code is not None and (code < 0 or "closed" not in step["asks"])
        hangs = what == "silence" and asked and not told
        saw = {"told": told, "closed": bool(end) and self.torn_down(link, end), "not_honoured": not honoured,
               "survived": not died and not hangs}
        self.over = self.over or told or bool(end)
        missed = [each for each in step["asks"] if not saw[each]]
        if missed:
            self.fail("this was to be treated as a violation; not seen: " + ", ".join(missed))

    def in_order(self, link, end):
        return not self.crashed() and (end == "eof" or end == "reset" and link.unanswered > 0)

    def torn_down(self, link, end):
        return self.in_order(link, end) or end == "reset" and not self.crashed()

    def may_end(self, step, link, end):
        return any({"closed": self.in_order(link, end), "eof": self.in_order(link, end), "reset": end == "reset",
                    "any": True, "mute": False}[each] for each in step["ends"])

    @staticmethod
    def process_fits(step, code):
        state = "running" if code is None else "exited" if code >= 0 else "signal"
        return any(each["state"] == state and code in (each["codes"] or [code]) for each in step["process"])

    def expect_end(self, step, link):
        mute = "mute" in step["ends"]
        deadline = time.monotonic() + (MUTE_S if mute else GUARD_S)
        while True:
            what, frame = self.next(link, deadline)
            if what == "silence" and mute:
                self.over = True
                return
            if what == "silence":
                self.fail("the link did not end")
            if what != "frame":
                break
            if not step["any_may_pass"] and frame[0] not in step["passing"]:
                self.fail("this came before the link ended", frame)
        code = self.settled(link)
        if step["process"] and code is None and not self.process_fits(step, None):
            code = self.subject.exit_code(GUARD_S)
        accepted = self.process_fits(step, code)
        if what == "ours":
            raise wire.Unjudged("the case ended the link itself")
        if self.crashed() and not accepted:
            self.fail("it crashed")
        if not self.crashed() and not self.may_end(step, link, what):
            self.fail(f"the link ended by {what}")
        if step["process"] and not accepted:
            self.fail(f"the process ended with {code}")
        self.crash_accepted = self.crash_accepted or self.crashed()
        self.over = True

    def expect_exit(self, step, link):
        code = self.subject.exit_code(GUARD_S)
        self.over = True
        if code is None or code < 0 or code not in (step["codes"] or [code]):
            self.fail(f"the process was to exit, and its code is {code}")

    def drop(self, step, link):
        self.over = True
        link.close(step["reset"])

    def half_close(self, step, link):
        self.over = link.finished = True
        try:
            link.socket.shutdown(1)
        except OSError:
            pass

    def next_link(self, step, link):
        while link is not None:
            what, _ = self.next(link, time.monotonic() + GUARD_S)
            if what == "silence":
                self.fail("the link did not end before the next one")
            if what != "frame":
                break
        self.open(step["link"])

    def wait(self, step, link):
        deadline = time.monotonic() + step["ms"] / 1000
        while time.monotonic() < deadline:
            what, frame = self.look(link, deadline)
            if what == "frame":
                link.held.append(frame)
            elif what != "silence":
                time.sleep(max(0.0, deadline - time.monotonic()))

    def let(self, step, link):
        be = step["be"]
        if "nth" in be:
            is_odd = link.parity.get(self.names.get(be["on"]), link.parity[0]) == (be["of"] == "ours")
            self.names[step["name"]] = 2 * be["nth"] - is_odd
        elif be.get("name") in self.names:
            self.names[step["name"]] = self.names[be["name"]]
        else:
            raise wire.Unjudged("a value that is made of others")

    # Alternatives are told apart by their first steps.

    def one_of(self, step, link):
        firsts = [each["steps"][0] if each["steps"] else None for each in step["alternatives"]]
        dialled = next((at for at, first in enumerate(firsts) if first and first["step"] == "next_link"), None)
        if dialled is not None:
            return self.choose_by_dial(step, link, firsts, dialled)
        asked = [self.put_question(first, link) if first and first["step"] in ("ask", "expect_violation") else None
                 for first in firsts]
        chosen, looked = self.decide(link, firsts, asked)
        link.again, link.held = looked + link.held + link.again, []  # the chosen one sees it all
        for at, first in enumerate(firsts):
            if at != chosen and asked[at]:
                self.late.append(first["until"])
        self.asked = asked[chosen]
        self.follow(step["alternatives"][chosen], step["alternatives"][chosen]["steps"])

    def choose_by_dial(self, step, link, firsts, dialled):
        try:
            self.next_link(firsts[dialled], self.links.get(firsts[dialled]["link"]))
        except Failure:
            exited = next((at for at, first in enumerate(firsts) if first["step"] == "expect_exit"), None)
            if exited is None or self.subject.exit_code() is None:
                raise
            return self.follow(step["alternatives"][exited], step["alternatives"][exited]["steps"])
        return self.follow(step["alternatives"][dialled], step["alternatives"][dialled]["steps"][1:])

    def follow(self, alternative, steps):
        self.play(steps)
        self.asked = None
        if alternative["verdict"] == "fail":
            self.fail(alternative["reason"])
        if alternative["verdict"] != "pass":
            self.verdict = alternative["verdict"], alternative["reason"]

    def decide(self, link, firsts, asked):
        """The alternative that what comes is for, and all that was looked at."""
        looking = ("expect", "ask", "expect_violation", "expect_end", "expect_exit")
        rest = [at for at, first in enumerate(firsts) if first is None or first["step"] not in looking]
        open_ = [at for at in range(len(firsts)) if at not in rest]
        mute = [at for at in open_ if "mute" in firsts[at].get("ends", [])]
        looked, deadline = [], time.monotonic() + (MUTE_S if mute else GUARD_S)
        while True:
            what, frame = self.next(link, deadline)
            if what == "silence":
                if mute and mute[0] in open_:
                    return mute[0], looked
                self.fail("nothing came that one of the alternatives allows for")
            if what == "frame":
                looked.append(frame)
            else:
                self.settled(link)
            answered = [at for at in open_ if asked[at] and frame and self.fits(firsts[at]["until"], frame)]
            for at in (answered or list(open_)):
                fit = self.first_fit(firsts[at], link, what, frame, at in answered)
                if fit == "chosen":
                    return at, looked
                if fit == "out":
                    open_.remove(at)
            if not open_ and rest:
                return rest[0], looked
            if not open_:
                self.fail("none of the alternatives allows for this" + ("" if frame else f": {what}"), frame)

    def first_fit(self, first, link, what, frame, answers):
        kind = first["step"]
        if what != "frame":
            if kind == "expect_end":
                fits = self.process_fits(first, self.subject.exit_code()) if self.crashed() else self.may_end(first, link, what)
            else:
                fits = kind == "expect_exit" or kind == "expect_violation" and self.torn_down(link, what)
            return "chosen" if fits else "out"
        if kind == "expect":
            if frame[0] is None:
                return "out"
            among = first["frames"] if first["order"] == "any" else first["frames"][:1]
            if any(self.fits(each, frame) for each in among):
                return "chosen"
            return "open" if frame[0] in first["passing"] else "out"
        if kind == "expect_end":
            return "open" if first["any_may_pass"] or frame[0] in first["passing"] else "out"
        if kind == "expect_exit":
            return "open"
        told = frame[0] == "protocol_error"
        if kind == "ask":
            never = told or any(self.fits(each, frame) for each in first["never"])
            return "chosen" if answers else "out" if never else "open"
        if answers:
            return "out" if {"told", "closed"} & set(first["asks"]) else "chosen"
        honoured = first["honoured_is_said"] and any(self.fits(each, frame) for each in first["honoured"])
        return "chosen" if told else "out" if honoured else "open"
