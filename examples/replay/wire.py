"""Frames as expanded cases describe them: whether bytes are what was expected, and the bytes of what is to be sent.

Whoever meets a word that is not here gets a KeyError, and the case is left unjudged."""
import io


def take(data, count):
    piece = data.read(count)
    if len(piece) < count:
        raise ValueError("the frame ends too early")
    return piece


def varint(data):
    number = shift = 0
    while True:
        byte = take(data, 1)[0]
        number |= (byte & 127) << shift
        if byte < 128:
            return number
        shift += 7


def u32le(data):
    return int.from_bytes(take(data, 4), "little")


def string(data):
    return take(data, varint(data)).decode()


def hex_of(size):
    return lambda data: {"hex": take(data, size(data)).hex()}


def metadata(data):
    kinds = [("String", string), ("Bytes", hex_of(varint)), ("U64", varint)]

    def entry():
        key = string(data)
        kind, read = kinds[varint(data)]
        return {"key": key, "value": {kind: read(data)}, "flags": varint(data)}
    return [entry() for _ in range(varint(data))]


def cbor(data):
    major, count = divmod(take(data, 1)[0], 32)
    count = count if count < 24 else int.from_bytes(take(data, 1 << count - 24), "big")
    return [lambda: count, lambda: -1 - count, lambda: {"hex": take(data, count).hex()},
            lambda: take(data, count).decode(), lambda: [cbor(data) for _ in range(count)],
            lambda: {cbor(data): cbor(data) for _ in range(count)}, lambda: cbor(data),
            lambda: {20: False, 21: True}.get(count)][major]()


READ = {"u8": lambda data: take(data, 1)[0], "bytes2": hex_of(lambda data: 2), "bytes4": hex_of(lambda data: 4),
        "varint": varint, "string": string, "payload": hex_of(u32le), "schemas": hex_of(varint), "metadata": metadata,
        "settings": lambda data: {"parity": ["odd", "even"][varint(data)], "max_concurrent_requests": varint(data)},
        "direction": lambda data: ["args", "response"][varint(data)]}
KINDS = {"value": object, "uint": int, "text": str, "object": dict, "list": list, "bool": bool}


def in_order(wanted, parts, names):
    return all(any(meets(part, each, names) for part in parts) for each in wanted)


def meets(value, condition, names):
    """Whether a value is what the condition asks for, which may give it a name."""
    what, wanted = next(((key, is_) for key, is_ in condition.items() if key != "name"), ("name", None))
    met = {"name": lambda: True,
           "equals": lambda: value == (int(wanted, 0) if type(value) is int and type(wanted) is str else wanted),
           "any": lambda: isinstance(value, KINDS[wanted]),
           "parity": lambda: value % 2 == (wanted == "odd"),
           "absent": lambda: value is None,
           "range": lambda: wanted[0] <= value <= wanted[1],
           "not": lambda: not meets(value, wanted, names),
           "one_of": lambda: any(meets(value, each, names) for each in wanted),
           "has": lambda: all(any(meets(part, each, names) for part in value or []) for each in wanted),
           "in_order": lambda: in_order(wanted, iter(value or []), names),
           "list": lambda: len(value) == len(wanted) and all(map(meets, value, wanted, [names] * len(wanted))),
           "record": lambda: all(meets(value.get(key), each, names) for key, each in wanted.items())}[what]()
    return met and ("name" not in condition or names.setdefault(condition["name"], value) == value)


def fits(pattern, frame, names):
    """Whether the bytes are the frame that the pattern describes. Then its names stand for what they have met."""
    if pattern["kind"] in ("one_of", "not"):
        return any(fits(each, frame, names) for each in pattern["of"]) == (pattern["kind"] == "one_of")
    data, learnt = io.BytesIO(frame), dict(names)
    try:
        for field in pattern["fields"]:
            if field["encoding"] == "cbor_tag":
                (value, body), = cbor(data).items()
            elif field["encoding"] == "cbor":
                value = body.pop(field["name"], None)
            else:
                value = body if field["encoding"] == "cbor_rest" else READ[field["encoding"]](data)
            if not meets(value, field["is"], learnt):
                return False
    except (ValueError, IndexError, TypeError, AttributeError):
        return False
    is_whole = pattern["kind"] == "any" or not data.read()
    names.update(learnt if is_whole else {})
    return is_whole


def written(part, names):
    if "hex" in part:
        return bytes.fromhex(part["hex"]) * part.get("times", 1)
    if "of" in part:
        inner = b"".join(written(each, names) for each in part["of"])
        return len(inner).to_bytes(4, "little") + inner
    return {"varint": put_varint, "string": lambda text: put_varint(len(text.encode())) + text.encode()}[part["as"]](
        names[part["fill"]])


def put_varint(number):
    return bytes([number]) if number < 128 else bytes([number % 128 + 128]) + put_varint(number >> 7)
