import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { IMAGE_FILE_BYTES_MAX, type Image } from '@flashline/contracts';
import { afterEach, expect, test } from 'vitest';
import { BINARY, openRig, type Rig } from '../../rig/rig.ts';

let rig: Rig;
afterEach(() => rig.close());

const SHA256 = createHash('sha256').update(BINARY).digest('hex');

test('an uploaded image is described, kept under its hash, and given back byte for byte', async () => {
  rig = await openRig();
  const created = await rig.upload(BINARY, 'blink.bin');
  expect(created.status).toBe(201);
  expect(created.headers.get('location')).toBe(`/api/v1/images/${SHA256}`);
  const image = (await created.json()) as Image;
  expect(image).toMatchObject({ sha256: SHA256, name: 'blink.bin', format: 'bin', fileBytes: 256 });
  expect(image.ranges).toEqual([{ address: 0, bytes: 256 }]);
  expect(image.content).toMatchObject({ bytes: 256, sha256: SHA256 });
  expect(await (await rig.ask(`/images/${SHA256}`)).json()).toEqual(image);
  expect(await (await rig.ask('/images')).json()).toEqual({ images: [image] });
  const file = await rig.ask(`/images/${SHA256}/file`);
  expect(file.headers.get('content-type')).toBe('application/octet-stream');
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(BINARY);
  expect(new Uint8Array(await rig.coordinator.fetchImage(SHA256))).toEqual(BINARY);
  expect(rig.coordinator.imagePath(SHA256)).toBe(join(rig.folder, 'images', SHA256));
});

test('the same file again is the same image, whatever it is called', async () => {
  rig = await openRig();
  await rig.upload(BINARY, 'first.bin');
  const again = await rig.upload(BINARY, 'second.bin');
  expect([again.status, ((await again.json()) as Image).name]).toEqual([200, 'first.bin']);
});

test('a file that is not a good image is refused with its fault, and nothing is kept', async () => {
  rig = await openRig();
  const bad: [string, Uint8Array, string][] = [
    ['empty.bin', new Uint8Array(), 'IMAGE_EMPTY'],
    ['broken.hex', Buffer.from(':10000000000102030405060708090A0B0C0D0E0F00\n'), 'IMAGE_CHECKSUM'],
    ['cut.hex', Buffer.from(':0400000001020304F2\n'), 'IMAGE_TRUNCATED'],
    ['text.hex', Buffer.from('<html>'), 'IMAGE_MALFORMED'],
  ];
  for (const [name, file, code] of bad) {
    const response = await rig.upload(file, name);
    expect([name, response.status, await response.json()]).toEqual([name, 422, expect.objectContaining({ code })]);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  }
  expect(await readdir(join(rig.folder, 'images'))).toEqual([]);
  expect(rig.ledger.images()).toEqual([]);
});

test('a name is only a name: it never becomes a path', async () => {
  rig = await openRig();
  const response = await rig.upload(BINARY, '../../etc/x');
  expect(((await response.json()) as Image).name).toBe('../../etc/x');
  expect(await readdir(join(rig.folder, 'images'))).toEqual([SHA256]);
  for (const name of ['a\u0000b', 'x'.repeat(256), '\n']) {
    const refused = await rig.upload(BINARY, name);
    expect([refused.status, await refused.json()]).toEqual([400, expect.objectContaining({ code: 'REQUEST_INVALID' })]);
  }
});

test('a file that was damaged on the disk is not given out, and is whole again after the next upload', async () => {
  rig = await openRig();
  await rig.upload(BINARY);
  await writeFile(rig.coordinator.imagePath(SHA256), 'something else');
  const response = await rig.ask(`/images/${SHA256}/file`);
  expect([response.status, await response.json()]).toEqual([
    500,
    expect.objectContaining({ code: 'IMAGE_UNAVAILABLE' }),
  ]);
  await expect(rig.coordinator.fetchImage(SHA256)).rejects.toMatchObject({ code: 'IMAGE_UNAVAILABLE' });
  await rig.upload(BINARY);
  expect((await rig.ask(`/images/${SHA256}/file`)).status).toBe(200);
});

test('an upload is cut off at the limit, even when it does not say how long it is', async () => {
  rig = await openRig();
  const url = new URL('/api/v1/images', rig.coordinator.url);
  const headers = { 'content-type': 'application/octet-stream' };
  const status = await new Promise((resolve, reject) => {
    const upload = request(url, { method: 'POST', headers }, (response) => resolve(response.statusCode));
    upload.on('error', reject);
    const chunk = Buffer.alloc(1024 * 1024);
    for (let bytes = 0; bytes <= IMAGE_FILE_BYTES_MAX; bytes += chunk.length) upload.write(chunk);
    upload.end();
  });
  expect(status).toBe(413);
});

test('what is not there is not found, and what is no hash is not understood', async () => {
  rig = await openRig();
  const unknown = await rig.ask(`/images/${'0'.repeat(64)}/file`);
  expect([unknown.status, await unknown.json()]).toEqual([404, expect.objectContaining({ code: 'NOT_FOUND' })]);
  const odd = await rig.ask('/images/..%2f..%2fetc%2fpasswd/file');
  expect([odd.status, await odd.json()]).toEqual([
    400,
    expect.objectContaining({ code: 'REQUEST_INVALID', errors: [expect.objectContaining({ path: 'sha256' })] }),
  ]);
});
