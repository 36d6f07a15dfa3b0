#!/usr/bin/python3
"""stream_relay.py SEED LISTEN_PORT=HOST:PORT… - passes TCP streams on, and harms them.

A line `harm` on standard input lets it spoil one piece of each connection from then on: a
flipped bit, a piece dropped, doubled, or swapped with the next one; `spare` ends that. After
its one fault a connection is passed on as it is: whoever takes no notice goes on undisturbed.

Prints a line of JSON for each fault, {"connection", "fault"}, and for each connection that a
node ended, {"connection", "ended": seconds since its fault or null}.
"""

import asyncio
import itertools
import json
import random
import sys

PIECE_MAX = 8192
SHARE = 0.05  # of the pieces
FAULTS = itertools.cycle(("flip", "drop", "double", "swap"))


class Harm:
    wanted = False


class Connection:
    """Two streams; the first fault in either of them is the only one."""

    numbers = itertools.count(1)

    def __init__(self, chance):
        self.number, self._chance = next(self.numbers), chance
        self._fault, self._at = None, None
        self._kept = {}  # swapped: the piece that waits for the next one, by way

    async def carry(self, reader, writer):
        try:
            while piece := await reader.read(PIECE_MAX):
                writer.write(self._spoiled(piece, writer))
                await writer.drain()
        except OSError:
            pass

    def _spoiled(self, piece, way):
        if way in self._kept:
            piece += self._kept.pop(way)
            self._tell()
        elif Harm.wanted and self._fault is None and self._chance.random() < SHARE:
            self._fault = next(FAULTS)
            return self._harmed(piece, way)
        return piece

    def _harmed(self, piece, way):
        if self._fault == "swap":
            self._kept[way] = piece  # told when the next one has overtaken it
            return b""
        self._tell()
        if self._fault == "drop":
            return b""
        if self._fault == "double":
            return piece + piece
        bit = self._chance.randrange(8 * len(piece))
        flipped = bytearray(piece)
        flipped[bit // 8] ^= 1 << bit % 8
        return bytes(flipped)

    def _tell(self):
        self._at = asyncio.get_running_loop().time()
        say(connection=self.number, fault=self._fault)

    def say_ended(self):
        now = asyncio.get_running_loop().time()
        say(connection=self.number, ended=None if self._at is None else now - self._at)


def say(**fields):
    print(json.dumps(fields), flush=True)


async def serve(chance, host, port, reader, writer):
    try:
        far_reader, far_writer = await asyncio.open_connection(host, port)
    except OSError:
        writer.close()
        return
    connection = Connection(chance)
    ways = {asyncio.create_task(connection.carry(reader, far_writer)),
            asyncio.create_task(connection.carry(far_reader, writer))}
    _, left = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    connection.say_ended()
    for way in left:
        way.cancel()
    for end in (writer, far_writer):
        end.close()


async def main():
    chance = random.Random(sys.argv[1])
    for way in sys.argv[2:]:
        listen, _, target = way.partition("=")
        host, _, port = target.rpartition(":")

        async def accept(reader, writer, host=host, port=int(port)):
            await serve(chance, host, port, reader, writer)
        await asyncio.start_server(accept, "0.0.0.0", int(listen))
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print("ready", flush=True)
    while order := await orders.readline():
        Harm.wanted = order.strip() == b"harm"


asyncio.run(main())
