"""Reading and writing postcard, as far as messages need it."""


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if count > len(self.data) - self.at:
            raise ValueError("the message ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def varint(self, bits=64):
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 127) << shift
            shift += 7
            if number >> bits or shift > 63 and byte > 127:
                raise ValueError("a number is too large")
            if byte < 128:
                return number

    def text(self):
        return self.take(self.varint()).decode()

    def payload(self):
        return self.take(int.from_bytes(self.take(4), "little"))

    def bytes(self):
        return self.take(self.varint())

    def variant(self, count):
        variant = self.varint()
        if variant >= count:
            raise ValueError(f"there is no variant {variant}")
        return variant

    def metadata(self):
        for _ in range(self.varint()):
            self.text()
            [self.text, self.bytes, self.varint][self.variant(3)]()
            self.varint()

    def settings(self):
        return self.variant(2), self.varint(32)

    def rest(self, *fields):
        """What each of them reads; ValueError if something is left after that."""
        values = [field() for field in fields]
        if self.at != len(self.data):
            raise ValueError("there is something behind the message")
        return values


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def text(string):
    return bytes_of(string.encode())


def bytes_of(data):
    return varint(len(data)) + data


def payload(data):
    return len(data).to_bytes(4, "little") + data
