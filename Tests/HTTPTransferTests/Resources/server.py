"""An HTTP server that behaves and misbehaves on request. Prints its port, and ends when its standard input does.

usage: server.py [CERTIFICATE-AND-KEY.pem]
"""
import http.server
import json
import os
import socket
import ssl
import sys
import threading
import urllib.parse

CONTENT = bytes((index * 7 + index // 251) % 256 for index in range(300_000))

flood_ended = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def range_start(self):
        value = self.headers.get("Range")
        return int(value.removeprefix("bytes=").removesuffix("-")) if value else None

    def serve_content(self, most=None):
        start = self.range_start()
        if start is None:
            body, status, headers = CONTENT, 200, []
        elif start >= len(CONTENT):
            self.answer(416, b"no", [("Content-Range", f"bytes */{len(CONTENT)}")])
            return
        else:
            body, status = CONTENT[start:], 206
            headers = [("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")]
        if most is None:
            self.answer(status, body, headers)
        else:
            self.answer(status, body[:most], headers, length=len(body))
            self.close_connection = True

    def wait_for_the_other_side(self):
        """Returns when the client closes the connection."""
        self.close_connection = True
        self.connection.recv(1)

    def begin_stream(self, kind="text/event-stream"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def do_any(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        match url.path.split("/")[1:]:
            case ["file"]:
                self.serve_content()
            case ["cut"]:
                self.serve_content(most=100_000)
            case ["without-range"]:
                self.answer(200, CONTENT)
            case ["other-range"]:
                self.answer(206, CONTENT, [("Content-Range", f"bytes 5-{len(CONTENT) + 4}/{len(CONTENT) + 5}")])
            case ["never-the-rest"]:
                if self.range_start() is None:
                    self.serve_content()
                else:
                    self.answer(416, b"no", [("Content-Range", "bytes */7")])
            case ["lies"]:
                self.answer(200, b"x" * 1000, length=10_000_000_000)
                self.close_connection = True
            case ["endless"]:
                self.begin_stream("application/octet-stream")
                while True:
                    self.wfile.write(b"x" * 65_536)
            case ["stall", after]:
                self.answer(200, b"x" * int(after), length=1000)
                self.wait_for_the_other_side()
            case ["silent"]:
                self.wait_for_the_other_side()
            case ["status", code]:
                self.answer(int(code), b'{"title":"as asked"}', [("Content-Type", "application/problem+json")])
            case ["redirects", count]:
                target = f"/redirects/{int(count) - 1}" if int(count) > 0 else "/file"
                self.answer(302, b"elsewhere", [("Location", target)])
            case ["redirect"]:
                self.answer(302, b"elsewhere", [("Location", query["to"])])
            case ["echo"]:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                said = {"method": self.command, "path": self.path, "length": len(body), "sum": sum(body)}
                said["headers"] = {name.lower(): value for name, value in self.headers.items()}
                self.answer(201, json.dumps(said).encode(), [("X-Kind", "echo")])
            case ["refuse"]:
                self.wfile.write(
                    b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 12\r\n\r\nwho are you?")
                # As careful servers close (RFC 9112, 9.6): with bytes unread, the system would reset the connection, and
                # the answer could be lost on its way.
                self.connection.shutdown(socket.SHUT_WR)
                while self.rfile.read(65536):
                    pass
                self.close_connection = True
            case ["events"]:
                self.begin_stream()
                for piece in (b": hello\n", b"data: m\xe1\xbb", b"\x99t\n\n", b"id: 2\r\ndata: hai\r\n", b"\r\nlast"):
                    self.wfile.write(piece)
                    self.wfile.flush()
            case ["events-for-ever"]:
                self.begin_stream()
                self.wfile.write(b"data: one\n")
                self.wait_for_the_other_side()
            case ["flood"]:
                self.begin_stream()
                try:
                    while True:
                        self.wfile.write(b"data: x\n" * 1000)
                finally:
                    flood_ended.set()
            case ["flood-ended"]:
                flood_ended.wait()
                self.answer(204)
            case ["long-line"]:
                self.begin_stream()
                while True:
                    self.wfile.write(b"x" * 65_536)
            case ["broken"]:
                self.wfile.write(b"this is not HTTP\r\n\r\n")
                self.close_connection = True
            case _:
                self.answer(404)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_any


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # The tests come all at once; with the usual 5 places, the system resets the connections of some.
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
os._exit(0)
