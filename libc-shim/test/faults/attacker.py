"""Speaks to the agent's sockets as a program of an ordinary user: packets of the wire's form with fields at random, mutated
ones, and noise. The form is that of ipc/src/main/wire/dcp-wire.xml. Prints how many packets it has sent.

usage: attacker.py RUN-DIRECTORY ROOT SEED COUNT PID-OF-ANOTHER-PROCESS"""

import os, random, select, socket, struct, sys

run, root, seed, count, other = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
chance = random.Random(seed)
HELLO = struct.pack("<HHHHIQ", 12, 1, 4432, 1, 1, chance.getrandbits(64))
paths = ["", ".", "..", "/", root, root + "/secret", root + "/secret/file", root + "/mine/a", root + "/mine/b/c",
         "x" * 300, "a/" * 3000, "/proc/self/fd/3", "/dev/fd/0", f"/proc/{other}/cwd/file", f"/proc/{other}/fd/3",
         root + "/../etc/shadow", "\udcff\udcfe"]

def number(bits):
    return chance.choice([0, 1, 2, 3, 5, 1 << (bits - 1), (1 << bits) - 1, chance.getrandbits(bits), chance.getrandbits(8)])

def field(data):
    return struct.pack("<I", len(data)) + data

def call(request):
    directory = chance.choice([-100, 0, 3, 4, -1, 9999, -(1 << 31)])
    fixed = struct.pack("<QIHHIIIiiIIQQQq", request, number(16), chance.randrange(0, 25), number(9), number(32), number(32),
        chance.choice([0, 1, 2, 4, 8, 15, number(32)]), directory, chance.choice([-100, 3, directory]), number(32), number(32),
        number(64), number(64), number(64), chance.choice([0, 1, 4096, 65536, -1, (1 << 63) - 1]))
    times = struct.pack("<qIqI", chance.choice([0, -1, 1 << 40]), number(32), 0, number(32))
    path = chance.choice(paths).encode(errors="surrogateescape")
    second = chance.choice(paths + ["user.x", "trusted.x"]).encode(errors="surrogateescape")
    packet = struct.pack("<HHHH", 100, 3, 4432, 1) + fixed + times + field(path) + field(second)
    return packet + field(os.urandom(chance.choice([0, 1, 8, 500])))

def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(f"{run}/agent-{chance.randrange(os.cpu_count())}.sock")
    return s

link, sent = None, 0
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
        while select.select([link], [], [], 0)[0]:
            data, rights, _, _ = socket.recv_fds(link, 1 << 17, 4)
            for fd in rights:
                os.close(fd)
            if not data:
                link.close()
                link = None
                break
    except (BrokenPipeError, ConnectionResetError, OSError):
        if link is not None:
            link.close()
        link = None
print(sent)
