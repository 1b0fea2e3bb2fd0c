"""Payloads over a stream: each behind its length, in 4 bytes, the lowest first."""
import socket

import postcard

LONGEST = 1 << 24


class Link:
    def __init__(self, stream):
        self.socket, self.stream = stream, stream.makefile("rb")

    def send(self, payload):
        self.socket.sendall(postcard.payload(payload))

    def receive(self):
        """EOFError if the stream ends, or announces more than we take."""
        head = self.stream.read(4)
        length = int.from_bytes(head, "little")
        if len(head) < 4 or length > LONGEST:
            raise EOFError
        payload = self.stream.read(length)
        if len(payload) < length:
            raise EOFError
        return payload

    def end(self):
        self.socket.shutdown(socket.SHUT_WR)
        while self.socket.recv(4096):  # a close with unread bytes would be a reset
            pass
        self.socket.close()
