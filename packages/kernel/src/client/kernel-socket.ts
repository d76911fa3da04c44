/**
 * The WebSocket class that the Jupyter client opens connections with: to our server, with the token in a header and
 * without a limit of size.
 */
import { connect } from 'node:net';
import WebSocket from 'ws';
import type { ServerAddress } from '../server/jupyter-server.js';

/** Makes the class for one server. */
export function kernelSocketClass(
  address: ServerAddress,
  token: string,
): new (url: string, protocols?: string | string[]) => WebSocket {
  return class KernelSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, {
        // The default of 100 MiB would drop a bigger output without a word.
        maxPayload: 0,
        perMessageDeflate: false,
        headers: { Authorization: `token ${token}` },
        // With this, no agent is used: the global one may be set to go through a proxy.
        createConnection: () =>
          address.kind === 'unix'
            ? connect(address.path)
            : connect(address.port, address.host),
      });
      if (address.kind === 'tcp') {
        // The server's Nagle algorithm waits for our delayed acknowledgement, 40 ms a cell; any frame carries it.
        this.on('message', () => {
          if (this.readyState === WebSocket.OPEN) {
            this.pong('', true, () => undefined);
          }
        });
      }
    }
  };
}
