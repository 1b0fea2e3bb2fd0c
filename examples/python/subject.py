#!/usr/bin/env python3
"""A subject for voxspec: vox over TCP on a bare conduit, in both roles, that serves Testbed.echo. See docs/adapter.md."""
import os, pathlib, socket, threading
import cbor, postcard

FILE = pathlib.Path(__file__).with_name("schemas.txt")
SCHEMAS = {name: cbor.decode(bytes.fromhex(text)) for name, text in map(str.split, FILE.read_text().splitlines())}
ECHO = 0x880BC4EEE23574BE
PARITIES = ["Odd", "Even"]


class Session:
    def __init__(self, link):
        self.link, self.stream = link, link.makefile("rb")
        self.announced, self.described = set(), set()  # the methods and types that they and we described

    def send(self, data):
        self.link.sendall(postcard.payload(data))

    def receive(self):
        head = self.stream.read(4)
        length = int.from_bytes(head, "little")
        data = self.stream.read(length) if len(head) == 4 and length < 1 << 24 else b""
        if len(head) < 4 or len(data) < length:
            raise EOFError
        return data

    def run(self, initiator):
        try:
            if self.prologue(initiator) and self.handshake(initiator):
                while True:
                    self.message(postcard.Reader(self.receive()))
        except EOFError:
            pass
        except ValueError as error:  # the peer broke the protocol
            self.send(b"\0\0" + postcard.text(str(error)))
        self.link.shutdown(socket.SHUT_WR)
        while self.link.recv(4096):  # to close with unread bytes would reset the link
            pass

    def prologue(self, initiator):
        if initiator:
            self.send(b"VOTH\x09\0\0\0")
            answer = self.receive()
            return len(answer) == 8 and answer[:6] == b"VOTA\x09\0"
        hello = self.receive()
        if len(hello) != 8 or hello[:4] != b"VOTH":
            return False
        wanted = hello[4:6] == b"\x09\0"  # version 9, bare
        self.send(b"VOTA\x09\0\0\0" if wanted else b"VOTR\x09\x01\0\0")
        return wanted

    def handshake(self, initiator):
        own = {"connection_settings": {"parity": {"Odd": None}, "max_concurrent_requests": 64},
               "message_payload_schema": SCHEMAS["messages"], "supports_retry": False, "resume_key": None, "metadata": []}
        if initiator:
            self.send(cbor.encode({"Hello": {"parity": {"Odd": None}, **own}}))
        peer = self.take("HelloYourself" if initiator else "Hello")
        if peer is None:
            return False
        try:
            settings = peer["connection_settings"]
            if peer["message_payload_schema"] != SCHEMAS["messages"]:
                raise ValueError("it lays out messages otherwise, and this port translates nothing")
            if not 0 <= settings["max_concurrent_requests"] < 1 << 32:
                raise ValueError("that is no number of requests")
            self.theirs = PARITIES.index(*settings["parity"]) ^ 1
            if not initiator:
                own["connection_settings"]["parity"] = {PARITIES[PARITIES.index(*peer["parity"]) ^ 1]: None}
        except (ValueError, KeyError, TypeError) as error:
            self.send(cbor.encode({"Sorry": {"reason": repr(error)}}))
            return False
        self.send(cbor.encode({"LetsGo": {}} if initiator else {"HelloYourself": own}))
        return initiator or self.take("LetsGo") is not None

    def take(self, wanted):  # None for a Sorry, and for all that cannot come here
        try:
            return cbor.decode(self.receive()).get(wanted)
        except (ValueError, TypeError, AttributeError):
            return None

    def message(self, reader):
        on, kind = reader.varint(), reader.varint()
        if kind == 0 and on == 0:  # ProtocolError
            reader.text(), reader.end()
            raise EOFError
        if kind == 1 and on > 0 and on % 2 == self.theirs:  # ConnectionOpen
            reader.settings(), reader.metadata(), reader.end()
            self.send(postcard.varint(on) + b"\x03\0")  # ConnectionReject
        elif on != 0 or kind not in (5, 6, 7, 8, 9):
            raise ValueError(f"message {kind} cannot come on connection {on}")
        elif kind == 5:
            self.request(reader.varint(), reader.varint(), reader)
        elif kind == 6:
            self.schema(reader.varint(), reader.one_of(2), cbor.decode(reader.bytes()), reader.end())
        elif kind == 7:  # a channel: there are none in echo
            reader.varint(), [reader.payload, reader.metadata, reader.metadata, reader.varint][reader.one_of(4)](), reader.end()
        else:
            nonce = reader.varint()
            reader.end()
            if kind == 8:  # Ping
                self.send(b"\0\x09" + postcard.varint(nonce))

    def schema(self, method, direction, payload, _):  # a port that translates values would keep the types
        try:
            payload["root"]["tag"]
            ids = [each["id"] for each in payload["schemas"]]
        except (KeyError, TypeError):
            raise ValueError("these are no schemas") from None
        if len(self.announced | set(ids)) < len(self.announced) + len(ids):
            raise ValueError("a schema came twice")
        self.announced |= {(method, direction), *ids}

    def request(self, number, kind, reader):
        if kind == 1 or kind > 2 or number % 2 != self.theirs:
            raise ValueError(f"request {number} is not of your parity, or was never sent")
        if kind == 2:  # Cancel: too late, the answer is out
            return reader.metadata(), reader.end()
        method, args = reader.varint(), (reader.metadata(), reader.payload())[1]
        reader.bytes(), reader.end()
        if (method, 0) not in self.announced:
            raise ValueError("the arguments were not described")
        answer = b"\x01\x01"  # Err, UnknownMethod
        if method == ECHO:
            try:
                args = postcard.Reader(args)
                answer = b"\0" + postcard.text(args.text())  # Ok
                args.end()
            except ValueError as error:
                answer = b"\x01\x02" + postcard.text(str(error))  # Err, InvalidPayload
        if method not in self.described:
            self.describe(method, SCHEMAS["echo" if method == ECHO else "unknown"])
        self.send(b"\0\x05" + postcard.varint(number) + b"\x01\0" + postcard.payload(answer) + b"\0")

    def describe(self, method, response):
        schemas = [each for each in response["schemas"] if each["id"] not in self.described]
        self.described |= {method} | {each["id"] for each in schemas}
        data = cbor.encode({"schemas": schemas, "root": response["root"]})
        self.send(b"\0\x06" + postcard.varint(method) + b"\x01" + postcard.varint(len(data)) + data)


def listen():
    server = socket.create_server(("127.0.0.1", int(os.environ.get("LISTEN_PORT", 0))))
    print(f"LISTEN_ADDR=127.0.0.1:{server.getsockname()[1]}", flush=True)
    while True:
        threading.Thread(target=Session(server.accept()[0]).run, args=[False], daemon=True).start()


if os.environ.get("SUBJECT_MODE") == "server-listen":
    listen()
else:
    host, port = os.environ["PEER_ADDR"].rsplit(":", 1)
    Session(socket.create_connection((host, int(port)))).run(initiator=True)
