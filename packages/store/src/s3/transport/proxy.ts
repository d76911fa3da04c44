/**
 * The way to the server: straight, or through the proxy that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name, as
 * curl and the AWS command line read them; the AWS SDK itself does not. Knows agents of Node, nothing of S3.
 */
import type { Agent } from 'node:http';
import type * as HttpProxy from 'http-proxy-agent';
import type * as HttpsProxy from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';

/** For one server. */
export interface Way {
  /** Instances, or settings for the agents that the SDK makes. */
  readonly agents: {
    readonly httpAgent: Agent | { readonly maxSockets: number };
    readonly httpsAgent: Agent | { readonly maxSockets: number };
  };
  /** The proxy's address without credentials, for messages. */
  readonly proxy?: string;
}

// Waiting for a free socket would count as connecting; requests queue before they come here.
const SOCKETS = { maxSockets: Infinity };

/** The straight way. */
export const STRAIGHT: Way = {
  agents: { httpAgent: SOCKETS, httpsAgent: SOCKETS },
};

/** No proxy could reach what this machine means by them. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The way to a URL, by the environment as it is now. */
export function wayTo(url: string): Way {
  if (!URL.canParse(url) || LOOPBACK.test(new URL(url).hostname)) {
    return STRAIGHT;
  }
  const proxy = getProxyForUrl(url);
  if (!URL.canParse(proxy)) return STRAIGHT;
  /* eslint-disable @typescript-eslint/no-require-imports -- only who has a proxy pays for it */
  const http = require('http-proxy-agent') as typeof HttpProxy;
  const https = require('https-proxy-agent') as typeof HttpsProxy;
  /* eslint-enable @typescript-eslint/no-require-imports */
  const settings = { ...SOCKETS, keepAlive: true };
  return {
    agents: {
      httpAgent: new http.HttpProxyAgent(proxy, settings),
      httpsAgent: new https.HttpsProxyAgent(proxy, settings),
    },
    proxy: new URL(proxy).origin,
  };
}
