"""Writes the CBOR that vox uses, and reads any."""

BREAK = object()


def encode(value):
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return _head(0, value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(encode(each) for each in value)
    return _head(5, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())


def decode(data):
    """The value of the one item that the bytes are; ValueError if they are none."""
    try:
        value, end = _item(data, 0, 0)
    except IndexError:
        raise ValueError("the CBOR ends too early") from None
    if end != len(data):
        raise ValueError("there is something behind the CBOR")
    return value


def _head(kind, number):
    if number < 24:
        return bytes([kind << 5 | number])
    size = next(i for i in range(4) if number < 1 << (8 << i))
    return bytes([kind << 5 | 24 + size]) + number.to_bytes(1 << size, "big")


def _item(data, at, depth):
    kind, number, at = data[at] >> 5, data[at] & 31, at + 1
    if depth > 64 or 27 < number < 31:
        raise ValueError("CBOR that nobody writes")
    if number == 31:
        number = None  # what follows has no length: a break ends it
    elif number > 23:
        size = 1 << (number - 24)
        number, at = int.from_bytes(data[at:at + size], "big"), at + size
    if kind < 2:
        return (-1 - number if kind else number), at
    if kind == 6:  # a tag says something of the item behind it, and vox has none
        return _item(data, at, depth + 1)
    if kind == 7:
        return {20: False, 21: True, 22: None, None: BREAK}.get(number, number), at
    if number is not None and number > len(data) - at:
        raise ValueError("the CBOR ends too early")
    if kind < 4 and number is not None:
        return (data[at:at + number] if kind == 2 else data[at:at + number].decode()), at + number
    items, wanted = [], None if number is None else number * (2 if kind == 5 else 1)
    while len(items) != wanted:
        item, at = _item(data, at, depth + 1)
        if item is BREAK:
            break
        items.append(item)
    if kind < 4:
        return (b"" if kind == 2 else "").join(items), at
    if kind == 4:
        return items, at
    keys = [key if isinstance(key, str) else repr(key) for key in items[::2]]  # those of vox are texts
    return dict(zip(keys, items[1::2])), at
