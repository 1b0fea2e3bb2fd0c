#!/usr/bin/env python3
"""Makes seeds for the fuzzers out of conversations with a real peer.

    voxspec run --subject rust --keep records
    fuzz/seeds_from_recordings.py records

Each payload that went over a link becomes a seed of the fuzzer that reads such payloads, a whole
conversation becomes a story for the session fuzzer and a stream for the framing fuzzer. Of many
frames with the same names and nearly the same size only one is kept. Seeds by hand stay as they are.
"""
import json
import pathlib
import re
import struct
import sys

SEEDS = pathlib.Path(__file__).parent / "seeds"
LARGEST = 4096  # bytes; a larger seed only slows the fuzzer down
LAYERS = {
    "prologue": {"transport_hello", "transport_accept", "transport_reject"},
    "handshake": {"hello", "hello_yourself", "lets_go", "sorry"},
    "stable": {"client_hello", "server_hello", "stable_frame"},
    "message": {"protocol_error", "connection_open", "connection_accept", "connection_reject",
                "connection_close", "request_call", "request_response", "request_cancel", "schema",
                "channel_item", "channel_close", "channel_reset", "channel_grant_credit", "ping",
                "pong"},
}
LAYER_OF = {kind: layer for layer, kinds in LAYERS.items() for kind in kinds}


def frames(node):
    """All frames of a recording with bytes, in order: (sent by the judge, kind, decoded, bytes)."""
    if isinstance(node, list):
        for item in node:
            yield from frames(item)
    elif isinstance(node, dict):
        for frame in node.get("frames", []):
            decoded = frame.get("sent", frame.get("received")) or {}
            kind = next((key for key in decoded if key in LAYER_OF), None)
            if kind and "hex" in frame and "raw" not in frame:
                yield "sent" in frame, kind, decoded, bytes.fromhex(frame["hex"])
        for key, value in node.items():
            if key != "frames":
                yield from frames(value)


def words():
    """The first bytes of the steps of a story, by the dictionary that names them."""
    text = (SEEDS.parent / "dictionaries" / "session.dict").read_text()
    return {name: int(byte, 16) for name, byte in re.findall(r'^(\w+)="\\x(\w\w)', text, re.M)}


def number(value):
    return int(value, 0) if isinstance(value, str) else int(value)


def story(recording, words):
    """The conversation from the subject's side, as the session fuzzer reads it."""
    subject_accepts = recording["peer"]["role"] == "initiator"
    out = bytearray([2 if subject_accepts else 0, 0x7e])

    def step(word, *args):
        out.extend([words[word], *(arg % 8 for arg in args), *[0] * (3 - len(args))])

    for by_judge, kind, decoded, payload in frames(recording["steps"]):
        if LAYER_OF[kind] != "message":
            continue
        on, body = number(decoded.get("on", 0)), decoded[kind]
        if by_judge:
            out.extend([words["raw"], len(payload) % 256, len(payload) // 256, 0])
            out.extend(payload)
            if kind == "connection_open":
                step("want_accept", on)
            elif kind == "request_call":
                step("want_response", on, number(body["id"]))
        elif kind == "connection_open":
            step("want_open", 2)
        elif kind == "request_call":
            step("want_call", on, number(body["id"]))
        elif kind == "connection_close":
            step("want_close", on)
    return bytes(out)


def main():
    seeds = {}  # (fuzzer, name) -> bytes; the first of each name stays
    steps = words()
    for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.json")):
        recording = json.loads(path.read_text())
        stream = bytearray()
        kinds = []
        announced = {}  # schemas of arguments, by method
        for by_judge, kind, decoded, payload in frames(recording["steps"]):
            if by_judge and LAYER_OF[kind] == "message":
                stream += struct.pack("<I", len(payload)) + payload
            name = f"recorded-{kind}-{len(payload).bit_length()}"
            seeds.setdefault((LAYER_OF[kind], name), payload)
            if LAYER_OF[kind] == "message":
                kinds.append(("<" if by_judge else ">") + kind)
            if LAYER_OF[kind] == "handshake":
                seeds.setdefault(("cbor", name), payload)
            if kind == "schema" and b"\xa2gschemas" in payload:
                cbor = payload[payload.index(b"\xa2gschemas"):]
                seeds.setdefault(("schema", name), cbor)
                if decoded[kind]["direction"] == "args":
                    announced[decoded[kind]["method_id"]] = cbor
            if kind == "request_call" and "hex" in decoded[kind]["args"]:
                cbor = announced.get(decoded[kind]["method_id"], b"")
                value = bytes.fromhex(decoded[kind]["args"]["hex"])
                seeds.setdefault(("plan", name), struct.pack("<H", len(cbor)) + cbor + value)
        if not kinds:
            continue
        shape = "-".join(sorted({kind.strip("<>") for kind in kinds}))
        seeds.setdefault(("session", f"recorded-{shape}"), story(recording, steps))
        if len(kinds) <= 6:
            seeds.setdefault(("framing", f"recorded-{shape}"), bytes([3]) + bytes(stream))
    for (fuzzer, name), content in sorted(seeds.items()):
        if len(content) <= LARGEST:
            (SEEDS / fuzzer).mkdir(parents=True, exist_ok=True)
            (SEEDS / fuzzer / name).write_bytes(content)


if __name__ == "__main__":
    main()
