"""Frames as their fields: read by the layouts of frames.json, held against the conditions of a case, written from parts."""
import struct

MISSING = object()  # a field that a map does not have


class Unjudged(Exception):
    """The case asks for something that this program does not know."""


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if count > len(self.data) - self.at:
            raise ValueError("it ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def varint(self):
        number = 0
        for shift in range(0, 70, 7):
            byte = self.take(1)[0]
            number |= (byte & 127) << shift
            if byte < 128:
                if number >> 64:
                    break
                return number
        raise ValueError("a varint is too long")

    def variant(self, *names):
        return names[self.varint()] if self.data[self.at] < len(names) else self.take(-1)

    def bytes(self):
        return self.take(self.varint())

    def entry(self):
        key = self.bytes().decode()
        kind = self.variant("String", "Bytes", "U64")
        value = self.varint() if kind == "U64" else self.bytes()
        return {"key": key, "value": {kind: value.decode() if kind == "String" else value}, "flags": self.varint()}

    def field(self, encoding):
        if encoding[:5] == "bytes":
            return self.take(int(encoding[5:]))
        return {
            "u8": lambda: self.take(1)[0],
            "varint": self.varint,
            "string": lambda: self.bytes().decode(),
            "payload": lambda: self.take(int.from_bytes(self.take(4), "little")),
            "schemas": lambda: schemas(self.bytes()),
            "direction": lambda: self.variant("args", "response"),
            "settings": lambda: {"parity": self.variant("odd", "even"), "max_concurrent_requests": self.varint()},
            "metadata": lambda: [self.entry() for _ in range(self.varint())],
        }[encoding]()

    def cbor(self):
        kind, number = divmod(self.take(1)[0], 32)
        if number > 23 and kind < 7:
            if number > 27:
                raise ValueError("CBOR that vox does not use")
            number = int.from_bytes(self.take(1 << number - 24), "big")
        if kind in (2, 3):
            data = self.take(number)
            return data if kind == 2 else data.decode()
        if kind == 4:
            return [self.cbor() for _ in range(number)]
        if kind == 5:
            return {self.cbor(): self.cbor() for _ in range(number)}
        if kind == 7 and number in (20, 21, 22):
            return {20: False, 21: True, 22: None}[number]
        if kind > 0:
            raise ValueError("CBOR that vox does not use")
        return number


def whole(reader, value):
    if reader.at != len(reader.data):
        raise ValueError("there is something behind it")
    return value


def schemas(data):
    try:
        return Reader(data).cbor() if data else data
    except (ValueError, RecursionError):
        return data


def read(payload, layouts, kinds):
    """(kind, {field: value}) of the first of the kinds that the payload is; (None, {}) if it is none of them."""
    for kind in kinds:
        try:
            return kind, read_as(payload, layouts[kind])
        except (ValueError, TypeError, AttributeError, RecursionError):
            continue
    return None, {}


def read_as(payload, layout):
    reader, values = Reader(payload), {}
    if layout[0]["encoding"] == "cbor_tag":
        [(tag, entries)] = whole(reader, reader.cbor()).items() if payload[:1] == b"\xa1" else reader.take(-1)
        names = [field["name"] for field in layout if field["encoding"] == "cbor"]
        if tag != layout[0]["is"]["equals"] or not {"parity", "connection_settings", "reason"} & set(names) <= set(entries):
            raise ValueError("it is another message")
        return {"tag": tag, **{name: entries.get(name, MISSING) for name in names},
                "extra": {name: entries[name] for name in entries if name not in names}}
    for field in layout:
        value = values[field["name"]] = reader.field(field["encoding"])
        if not holds(field["is"], value, {}):
            raise ValueError("it is another frame")
    return whole(reader, values)


def fits(pattern, kind, values, payload, names):
    """Whether a frame fits a pattern. Names are taken only if it does."""
    if pattern["kind"] in ("one_of", "not"):
        trial = dict(names)
        found = any(fits(each, kind, values, payload, trial) for each in pattern["of"])
        if found and pattern["kind"] == "one_of":
            names.update(trial)
        return found == (pattern["kind"] == "one_of")
    if pattern["kind"] == "payload":
        values = {"payload": payload}
    elif kind is None or pattern["kind"] not in ("any", kind) or pattern["kind"] == "any" and "on" not in values:
        return False
    trial = dict(names)
    if not all(holds(field["is"], values.get(field["name"], MISSING), trial) for field in pattern["fields"]):
        return False
    names.update(trial)
    return True


def holds(condition, value, names):
    [operator, wanted] = next(iter(condition.items()))
    if operator in ("any", "equals", "absent"):
        return {"any": is_a, "equals": same, "absent": lambda _, got: got in (None, MISSING)}[operator](wanted, value)
    if operator == "name":
        return value is not MISSING and names.setdefault(wanted, value) == value
    if operator == "parity":
        return value % 2 == (wanted == "odd") and ("name" not in condition or holds({"name": condition["name"]}, value, names))
    if operator == "one_of":
        return any(holds(each, value, names) for each in wanted)
    if operator == "not":
        return not holds(wanted, value, dict(names))
    if operator == "range":
        return isinstance(value, int) and int(wanted[0]) <= value <= int(wanted[1])
    if operator == "contains":
        return isinstance(value, str) and all(part.lower() in value.lower() for part in wanted)
    if operator == "has":
        return isinstance(value, list) and all(any(holds(each, one, names) for one in value) for each in wanted)
    if operator == "record":
        return isinstance(value, dict) and all(holds(each, value.get(key, MISSING), names) for key, each in wanted.items())
    if operator == "list":
        return isinstance(value, list) and len(value) == len(wanted) and all(map(lambda c, v: holds(c, v, names), wanted, value))
    raise Unjudged(f"the condition '{operator}'")


def is_a(kind, value):
    if kind in ("schemas", "whole_schemas"):
        raise Unjudged("whether schemas are sound")
    types = {"text": str, "uint": int, "bytes": bytes, "bool": bool, "list": list, "object": dict, "value": object}
    return isinstance(value, types[kind]) and (kind != "uint" or not isinstance(value, bool))


def same(wanted, value):
    if isinstance(value, bytes):
        return isinstance(wanted, dict) and bytes.fromhex(wanted.get("hex", "")) * wanted.get("times", 1) == value
    if isinstance(value, int) and isinstance(wanted, str):  # a large number, or a hash
        return int(wanted, 0) == value
    if isinstance(value, dict) and isinstance(wanted, dict):
        return value.keys() == wanted.keys() and all(same(wanted[key], value[key]) for key in wanted)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(same, wanted, value))
    return wanted == value and isinstance(wanted, bool) == isinstance(value, bool)


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def written(parts, names):
    return b"".join(part_bytes(part, names) for part in parts)


def part_bytes(part, names):
    if "hex" in part:
        return bytes.fromhex(part["hex"]) * part.get("times", 1)
    if "of" in part:
        inner = written(part["of"], names)
        return struct.pack("<I", len(inner)) + inner
    if part.get("fill") not in names:
        raise Unjudged("a value that only a codec can write" if "typed" in part else f"nothing was called {part['fill']}")
    value = names[part["fill"]]
    return {
        "varint": lambda: varint(value),
        "zigzag": lambda: varint(value * 2 if value >= 0 else -value * 2 - 1),
        "optional_varint": lambda: b"\0" if value is None else b"\1" + varint(value),
        "u32le": lambda: struct.pack("<I", value),
        "bytes16": lambda: value,
        "string": lambda: varint(len(value.encode())) + value.encode(),
    }[part["as"]]()
