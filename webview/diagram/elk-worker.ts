// The layout engine in a worker. A page in a webview may start workers only from blobs, so its code is fetched first.
import ELK, { type ELK as Engine } from 'elkjs/lib/elk-api';

/** @param url of elk-worker.min.js. The page's policy must allow to connect to it, and workers from blobs. */
export async function startElk(url: string): Promise<Engine> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the layout engine could not be loaded (${response.status})`);
  const blob = URL.createObjectURL(new Blob([await response.text()], { type: 'text/javascript' }));
  const engine = new ELK({ workerFactory: () => new Worker(blob) });
  URL.revokeObjectURL(blob);
  return engine;
}
