"""Speaks to the agent's sockets as a program of an ordinary user: packets of the wire's form with fields at random, mutated
ones, and noise. The form is that of ipc/src/main/wire/dcp-wire.xml. Prints how many packets it has sent and how many of them
were answered as calls.

usage: attacker.py RUN-DIRECTORY ROOT SEED COUNT PID-OF-ANOTHER-PROCESS VERSION-OF-THE-WIRE"""

import os, random, select, socket, struct, sys

run, root, seed, count, other = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
version = int(sys.argv[6])
chance = random.Random(seed)
HELLO = struct.pack("<HHHHIQI", 16, 1, 4432, version, version, chance.getrandbits(64), 0)
paths = ["", ".", "..", "/", root, root + "/secret", root + "/secret/file", root + "/mine/a", root + "/mine/b/c",
         "x" * 300, "a/" * 3000, "/proc/self/fd/3", "/dev/fd/0", f"/proc/{other}/cwd/file", f"/proc/{other}/fd/3",
         root + "/../etc/shadow", "\udcff\udcfe"]

def number(bits):
    return chance.choice([0, 1, 2, 3, 5, 1 << (bits - 1), (1 << bits) - 1, chance.getrandbits(bits), chance.getrandbits(8)])

def field(data):
    return struct.pack("<I", len(data)) + data

def call(request):
    directory = chance.choice([-100, 0, 3, 4, -1, 9999, -(1 << 31), -1000 - chance.randrange(300)])
    # What makes a packet malformed ends the connection, and all that is under way there: rarely.
    operation = chance.randrange(1, 23) if chance.random() < 0.98 else chance.choice([0, 23, 24, 65535])
    prepare = chance.choice([0, 1, 2, 4, 8, 15]) if chance.random() < 0.98 else number(32)
    fixed = struct.pack("<QIHHIIIiiIIQQQq", request, number(16), operation, number(9), number(32), number(32), prepare,
        directory, chance.choice([-100, 3, directory]), number(32), number(32),
        number(64), number(64), number(64), chance.choice([0, 1, 4096, 65536, -1, (1 << 63) - 1]))
    times = struct.pack("<qIqI", chance.choice([0, -1, 1 << 40]), number(32), 0, number(32))
    path = chance.choice(paths).encode(errors="surrogateescape")
    second = chance.choice(paths + ["user.x", "trusted.x"]).encode(errors="surrogateescape")
    packet = struct.pack("<HHHH", 100, 3, 4432, version) + fixed + times + field(path) + field(second)
    return packet + field(os.urandom(chance.choice([0, 1, 8, 500])))

def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(f"{run}/agent-{chance.randrange(os.cpu_count())}.sock")
    return s

REPLY = 4
link, sent, answered = None, 0, 0
while sent < count:
    try:
        if link is None:
            link = connect()
            if chance.random() < 0.95:
                link.send(HELLO)
        packet = call(sent)
        kind = chance.random()
        if kind < 0.02:
            packet = os.urandom(chance.randrange(1, 400))
        elif kind < 0.1:
            at = chance.randrange(len(packet))
            packet = packet[:at] + os.urandom(1) + packet[at + 1 :]
        elif kind < 0.12:
            packet = packet[: chance.randrange(1, len(packet))]
        sent += 1
        link.send(packet)
        patience = 0.02 if kind >= 0.12 else 0  # most packets have one answer; without it the agent is too slow for a flood
        while select.select([link], [], [], patience)[0]:
            patience = 0
            data, rights, _, _ = socket.recv_fds(link, 1 << 17, 4)
            for fd in rights:
                os.close(fd)
            answered += len(data) > 4 and struct.unpack_from("<H", data, 2)[0] == REPLY
            if not data:
                link.close()
                link = None
                break
    except (BrokenPipeError, ConnectionResetError, OSError):
        if link is not None:
            link.close()
        link = None
print(sent, answered)
