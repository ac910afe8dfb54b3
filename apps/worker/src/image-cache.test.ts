import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { imagesFrom } from './image-cache.ts';

const IMAGE = Buffer.from('an image');
const SHA256 = createHash('sha256').update(IMAGE).digest('hex');
const NEVER = new AbortController().signal;

/** A coordinator that answers when the test does, and a cache before it. */
async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'flashline-images-'));
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  let asked = 0;
  server.on('request', () => {
    asked += 1;
  });
  const { port } = server.address() as AddressInfo;
  /** The next request, as the coordinator may answer it. */
  const request = async () => (await once(server, 'request'))[1] as ServerResponse;
  return { images: imagesFrom(`http://127.0.0.1:${port}/`, folder), folder, request, asked: () => asked };
}

test('an image is fetched once, kept under its name, and had from there', async () => {
  const { images, folder, request, asked } = await open();
  const all = [images(SHA256, NEVER), images(SHA256, NEVER)];
  (await request()).end(IMAGE);
  expect(await Promise.all(all)).toEqual([join(folder, SHA256), join(folder, SHA256)]);
  expect(await readFile(join(folder, SHA256))).toEqual(IMAGE);
  await images(SHA256, NEVER);
  expect(asked()).toBe(1);
});

test('an image that was damaged on the disk is fetched again', async () => {
  const { images, folder, request } = await open();
  await writeFile(join(folder, SHA256), 'no image');
  const fetched = images(SHA256, NEVER);
  (await request()).end(IMAGE);
  expect(await readFile(await fetched)).toEqual(IMAGE);
});

test('another file than was asked for is not taken', async () => {
  const { images, folder, request } = await open();
  const fetched = images(SHA256, NEVER);
  (await request()).end('another image');
  await expect(fetched).rejects.toMatchObject({ code: 'IMAGE_UNAVAILABLE' });
  await expect(readFile(join(folder, SHA256))).rejects.toThrow('ENOENT');
});

test('who stops waiting leaves the fetch to the others', async () => {
  const { images, request, asked } = await open();
  const stop = new AbortController();
  const stopped = images(SHA256, stop.signal);
  const fetched = images(SHA256, NEVER);
  const response = await request();
  stop.abort(new Error('left'));
  await expect(stopped).rejects.toThrow('left');
  response.end(IMAGE);
  expect(await readFile(await fetched)).toEqual(IMAGE);
  expect(asked()).toBe(1);
});

test('a fetch ends with the last who waits for it', async () => {
  const { images, request } = await open();
  const stops = [new AbortController(), new AbortController()];
  const stopped = stops.map(({ signal }) => images(SHA256, signal));
  const hungUp = once(await request(), 'close');
  for (const stop of stops) stop.abort(new Error('left'));
  for (const one of stopped) await expect(one).rejects.toThrow('left');
  await hungUp;
});

test('who asks after all have left has a fetch of his own', async () => {
  const { images, request } = await open();
  const stop = new AbortController();
  const stopped = images(SHA256, stop.signal);
  await request();
  stop.abort(new Error('left'));
  await expect(stopped).rejects.toThrow('left');
  const fetched = images(SHA256, NEVER);
  (await request()).end(IMAGE);
  expect(await readFile(await fetched)).toEqual(IMAGE);
});

test('nothing is asked for somebody who has left already', async () => {
  const { images, asked } = await open();
  await expect(images(SHA256, AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  expect(asked()).toBe(0);
});
