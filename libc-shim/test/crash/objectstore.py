#!/usr/bin/env python3
"""
An S3 server that can be cut in the middle of anything: objectstore.py DIRECTORY PORT. As much of the protocol as the platform
uses; an object is a file of the directory, and is there whole or not at all. It asks for no signature.

SIGUSR1: from now on it answers late. SIGUSR2: it answers with errors, in turn without and after having done what it was asked.
SIGHUP: it answers as it should.
"""

import hashlib
import http.server
import itertools
import os
import pathlib
import signal
import sys
import tempfile
import threading
import time
import urllib.parse
from xml.sax.saxutils import escape

WELL, LATE, WITH_ERRORS = "well", "late", "with errors"
LATE_SECONDS = 0.4


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, directory, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.directory = pathlib.Path(directory)
        self.mutex = threading.Lock()
        self.answers = WELL
        self.turns = itertools.count()
        for number, answers in ((signal.SIGHUP, WELL), (signal.SIGUSR1, LATE), (signal.SIGUSR2, WITH_ERRORS)):
            signal.signal(number, lambda *_, answers=answers: setattr(self, "answers", answers))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *arguments):  # noqa: A002 (the name is the base class's)
        pass

    def parts(self):
        url = urllib.parse.urlsplit(self.path)
        bucket, _, key = url.path.lstrip("/").partition("/")
        return bucket, urllib.parse.unquote(key), dict(urllib.parse.parse_qsl(url.query))

    def file(self, key):
        return self.server.directory / urllib.parse.quote(key, safe="")

    def parse_request(self):
        """A request whose turn it is to fail without effect is answered here."""
        if not super().parse_request():
            return False
        if self.server.answers != WITH_ERRORS or next(self.server.turns) % 2:
            return True
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.refuse(503, "SlowDown")
        return False

    def answer(self, status, body=b"", **headers):
        if self.server.answers == LATE:
            time.sleep(LATE_SECONDS)
        elif self.server.answers == WITH_ERRORS and status < 300:
            status, body, headers = 500, b"<Error><Code>InternalError</Code></Error>", {}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def do_PUT(self):
        _, key, _ = self.parts()
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not key:
            return self.answer(200)
        with self.server.mutex:
            there = self.file(key).read_bytes() if self.file(key).exists() else None
            wanted = self.headers.get("If-Match")
            if (self.headers.get("If-None-Match") == "*" and there is not None) or (wanted and wanted != etag(there)):
                return self.refuse(412, "PreconditionFailed")
            with tempfile.NamedTemporaryFile(dir=self.server.directory, prefix=".new", delete=False) as new:
                new.write(data)
            os.replace(new.name, self.file(key))
        return self.answer(200, ETag=etag(data))

    def do_GET(self):
        _, key, query = self.parts()
        if not key:
            return self.answer(200) if self.command == "HEAD" else self.list(query)
        try:
            data = self.file(key).read_bytes()
        except FileNotFoundError:
            return self.refuse(404, "NoSuchKey")
        return self.answer(200, data, ETag=etag(data))

    do_HEAD = do_GET

    def do_DELETE(self):
        self.file(self.parts()[1]).unlink(missing_ok=True)
        self.answer(204)

    def list(self, query):
        prefix = query.get("prefix", "")
        names = (urllib.parse.unquote(name) for name in os.listdir(self.server.directory) if not name.startswith(".new"))
        keys = sorted(name for name in names if name.startswith(prefix))
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{self.file(key).stat().st_size}</Size></Contents>" for key in keys
        )
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>{len(keys)}</KeyCount>{contents}</ListBucketResult>"
        self.answer(200, text.encode(), Content_Type="application/xml")


def etag(data):
    return None if data is None else f'"{hashlib.md5(data).hexdigest()}"'


if __name__ == "__main__":
    with Server(sys.argv[1], int(sys.argv[2])) as server:
        print("serving", flush=True)
        server.serve_forever()
