#!/usr/bin/env python3
"""A subject for voxspec: vox over TCP on a bare conduit, in both roles, with Testbed.echo. docs/adapter.md explains it."""
import os
import pathlib
import socket
import threading

import cbor
import link
import postcard

FILE = pathlib.Path(__file__).with_name("schemas.txt")
SCHEMAS = {name: cbor.decode(bytes.fromhex(text)) for name, text in map(str.split, FILE.read_text().splitlines())}
PARITIES = ["Odd", "Even"]
ECHO = 0x880BC4EEE23574BE


class Session(link.Link):
    def __init__(self, stream, initiator):
        super().__init__(stream)
        self.initiator = initiator
        self.announced, self.described = set(), set()  # methods and types: by the peer, by us

    def run(self):
        try:
            if self.prologue() and self.handshake():
                while True:
                    self.message(postcard.Reader(self.receive()))
        except EOFError:
            pass
        except ValueError as error:  # the peer broke the protocol: ProtocolError on connection 0
            self.send(b"\0\0" + postcard.text(str(error)))
        self.end()

    def prologue(self):
        if self.initiator:
            self.send(b"VOTH\x09\0\0\0")
            answer = self.receive()
            return len(answer) == 8 and answer[:6] == b"VOTA\x09\0"
        hello = self.receive()
        if len(hello) != 8 or hello[:4] != b"VOTH":
            return False
        wanted = hello[4:6] == b"\x09\0"  # version 9, the bare conduit
        self.send(b"VOTA\x09\0\0\0" if wanted else b"VOTR\x09\x01\0\0")
        return wanted

    def handshake(self):
        own = {"connection_settings": {"parity": {"Odd": None}, "max_concurrent_requests": 64},
               "message_payload_schema": SCHEMAS["messages"],
               "supports_retry": False, "resume_key": None, "metadata": []}
        if self.initiator:
            self.send(cbor.encode({"Hello": {"parity": {"Odd": None}, **own}}))
        peer = self.handshake_message("HelloYourself" if self.initiator else "Hello")
        if peer is None:
            return False
        try:
            settings = peer["connection_settings"]
            self.theirs = PARITIES.index(*settings["parity"]) ^ 1  # what their ids are modulo 2
            if not self.initiator:
                own["connection_settings"]["parity"] = {PARITIES[PARITIES.index(*peer["parity"]) ^ 1]: None}
            if peer["message_payload_schema"] != SCHEMAS["messages"]:
                raise ValueError("your messages have another layout, and I translate none")
            if not 0 <= settings["max_concurrent_requests"] < 1 << 32:
                raise ValueError("this is no number of requests")
        except (ValueError, KeyError, TypeError) as error:
            self.send(cbor.encode({"Sorry": {"reason": repr(error)}}))
            return False
        self.send(cbor.encode({"LetsGo": {}} if self.initiator else {"HelloYourself": own}))
        return self.initiator or self.handshake_message("LetsGo") is not None

    def handshake_message(self, wanted):  # None for a Sorry, and for what cannot come here
        try:
            return cbor.decode(self.receive()).get(wanted)
        except (ValueError, TypeError, AttributeError):
            return None

    def message(self, reader):
        on, kind = reader.varint(), reader.varint()
        if kind == 1 and on > 0 and on % 2 == self.theirs:  # ConnectionOpen
            reader.rest(reader.settings, reader.metadata)
            return self.send(postcard.varint(on) + b"\x03\0")  # ConnectionReject
        if on != 0 or kind in (1, 2, 3, 4) or kind > 9:
            raise ValueError(f"message {kind} cannot come on connection {on}")
        if kind == 0:  # ProtocolError
            reader.rest(reader.text)
            raise EOFError
        if kind == 5:
            self.request(reader)
        elif kind == 6:
            self.schemas(*reader.rest(reader.varint, lambda: reader.variant(2), reader.bytes))
        elif kind == 7:  # a channel, of which echo has none
            reader.varint()
            reader.rest([reader.payload, reader.metadata, reader.metadata, lambda: reader.varint(32)][reader.variant(4)])
        else:
            [nonce] = reader.rest(reader.varint)
            if kind == 8:  # Ping
                self.send(b"\0\x09" + postcard.varint(nonce))

    def schemas(self, method, direction, payload):
        try:
            payload = cbor.decode(payload)
            ids = [each["id"] for each in payload["schemas"]]
            payload["root"]["tag"]
        except (KeyError, TypeError):
            raise ValueError("these are no schemas") from None
        if len(self.announced | set(ids)) < len(self.announced) + len(ids):
            raise ValueError("a schema came twice")
        self.announced |= {(method, direction), *ids}

    def request(self, reader):
        number, kind = reader.varint(), reader.variant(3)
        if number % 2 != self.theirs or kind == 1:
            raise ValueError(f"request {number} is not yours, or I never sent it")
        if kind == 2:  # Cancel: too late, the answer is out
            return reader.rest(reader.metadata)
        method, _, args, _ = reader.rest(reader.varint, reader.metadata, reader.payload, reader.bytes)
        if (method, 0) not in self.announced:
            raise ValueError("nobody described these arguments")
        answer = b"\x01\x01"  # Err, UnknownMethod
        if method == ECHO:
            try:
                args = postcard.Reader(args)
                answer = b"\0" + postcard.text(*args.rest(args.text))  # Ok
            except ValueError as error:
                answer = b"\x01\x02" + postcard.text(str(error))  # Err, InvalidPayload
        self.describe(method, SCHEMAS["echo" if method == ECHO else "unknown"])
        self.send(b"\0\x05" + postcard.varint(number) + b"\x01\0" + postcard.payload(answer) + b"\0")

    def describe(self, method, response):  # once a method, and each type once
        if method in self.described:
            return
        schemas = [each for each in response["schemas"] if each["id"] not in self.described]
        self.described |= {method} | {each["id"] for each in schemas}
        payload = cbor.encode({"schemas": schemas, "root": response["root"]})
        self.send(b"\0\x06" + postcard.varint(method) + b"\x01" + postcard.bytes_of(payload))


if os.environ.get("SUBJECT_MODE") == "server-listen":
    server = socket.create_server(("127.0.0.1", int(os.environ.get("LISTEN_PORT", 0))))
    print(f"LISTEN_ADDR=127.0.0.1:{server.getsockname()[1]}", flush=True)
    while True:
        threading.Thread(target=Session(server.accept()[0], initiator=False).run, daemon=True).start()
else:
    host, port = os.environ["PEER_ADDR"].rsplit(":", 1)
    Session(socket.create_connection((host, int(port))), initiator=True).run()
