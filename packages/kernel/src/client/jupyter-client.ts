/**
 * The Jupyter client library, loaded when the first kernel starts and set up for one server. Knows REST and settings,
 * nothing of cells.
 */
import { Agent } from 'node:http';
import type * as Services from '@jupyterlab/services';
import type { JupyterServer } from '../server/jupyter-server.js';
import { kernelSocketClass } from './kernel-socket.js';
import { quietLibraryConsole } from './quiet-console.js';
import { fetchFrom } from './unix-fetch.js';

/** What the library needs to know of a message serializer. */
export type Serializer = Services.ServerConnection.ISettings['serializer'];

/** REST calls to one server, and settings for connections to its kernels. */
export class JupyterClient {
  readonly services: typeof Services;
  readonly #server: JupyterServer;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #settings: Services.ServerConnection.ISettings;
  readonly #restoreConsole = quietLibraryConsole();

  constructor(server: JupyterServer) {
    // Half of what a process costs that runs no notebook, so not at the top of a file.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import()` cannot load it inside of jest
    this.services = require('@jupyterlab/services') as typeof Services;
    this.#server = server;
    this.#settings = this.settings();
  }

  /** Settings for one connection; the serializer hears its messages. */
  settings(serializer?: Serializer): Services.ServerConnection.ISettings {
    const { address, token } = this.#server;
    const host =
      address.kind === 'unix' ? 'localhost' : `${address.host}:${address.port}`;
    return this.services.ServerConnection.makeSettings({
      baseUrl: `http://${host}/`,
      wsUrl: `ws://${host}/`,
      token,
      // In a header instead: URLs are logged.
      appendToken: false,
      // The default, `no-store`, puts the time into every URL.
      init: { cache: 'default' } as RequestInit,
      fetch: fetchFrom(address, this.#agent) as typeof fetch,
      WebSocket: kernelSocketClass(
        address,
        token,
      ) as unknown as typeof WebSocket,
      ...(serializer === undefined ? {} : { serializer }),
    });
  }

  /** Starts a kernel below `path`, which is relative to the root of the file system. Rejects if the server refuses. */
  async startKernel(name: string, path: string): Promise<string> {
    const options: Services.KernelAPI.IKernelOptions & { path: string } = {
      name,
      path,
    };
    return (await this.services.KernelAPI.startNew(options, this.#settings)).id;
  }

  /** Whether the server still knows the kernel; it forgets dead ones. */
  async hasKernel(id: string): Promise<boolean> {
    const { KernelAPI } = this.services;
    const model = await KernelAPI.getKernelModel(id, this.#settings);
    return model !== undefined && model.execution_state !== 'dead';
  }

  /** Resolves when the kernel was told. */
  async interruptKernel(id: string): Promise<void> {
    await this.services.KernelAPI.interruptKernel(id, this.#settings);
  }

  /** Resolves when the kernel process has ended. */
  async shutdownKernel(id: string): Promise<void> {
    await this.services.KernelAPI.shutdownKernel(id, this.#settings);
  }

  /** Names of the installed kernels, sorted. */
  async kernelNames(): Promise<string[]> {
    const { baseUrl } = this.#settings;
    const response = await this.services.ServerConnection.makeRequest(
      `${baseUrl}api/kernelspecs`,
      {},
      this.#settings,
    );
    const { kernelspecs } = (await response.json()) as {
      kernelspecs?: Record<string, unknown>;
    };
    return Object.keys(kernelspecs ?? {}).sort();
  }

  /** Closes idle connections. */
  dispose(): void {
    this.#agent.destroy();
    this.#restoreConsole();
  }
}
