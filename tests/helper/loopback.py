# SPDX-License-Identifier: Apache-2.0
"""An HTTP server for tests, on 127.0.0.1, over TLS when it has a certificate.

    class Store(loopback.Server):
        def __init__(self, certificate=None):
            super().__init__(Handler, certificate)

    with Store() as store:
        ... store.url ...

A handler finds the store as self.server.owner.
"""

import socketserver
import ssl
import threading


class _Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass  # the client went away, as it may


class Server:
    """`certificate`: the files of a certificate and its key. `address`: where
    else, in a network of one's own."""

    def __init__(self, handler, certificate=None, address=("127.0.0.1", 0)):
        self.listener = _Listener(address, handler)
        self.listener.owner = self
        self.port = self.listener.server_address[1]
        self.scheme = "http"
        if certificate:
            self.scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            # A handshake that hangs must not hold up who comes next.
            self.listener.socket = context.wrap_socket(
                self.listener.socket, server_side=True,
                do_handshake_on_connect=False)
        self.url = f"{self.scheme}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self.listener.serve_forever,
                                        args=(.05,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self._thread.join()
        self.listener.server_close()
