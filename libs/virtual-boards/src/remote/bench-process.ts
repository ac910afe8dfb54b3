import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { asFault, Fault } from '@flashline/contracts';
import { systemClock } from '@flashline/dfuse';
import { VirtualBench } from '../bench/bench.ts';
import { serveUsbip } from '../usbip/usbip-server.ts';
import { serveBench } from './bench-server.ts';
import { parseProcessOptions } from './process-options.ts';

const EXIT_REFUSED = 2;
/** Far more than a bench plugs in its life, so that two benches hardly ever share an address. */
const ADDRESS_BASE_MAX = 1_000_000_000;

/** Runs a bench until SIGTERM, or with `--with-parent` until stdin ends. Its one argument is JSON, see BenchProcessOptions. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'with-parent': { type: 'boolean', default: false } },
  });
  const options = parseProcessOptions(positionals[0] ?? '{}');
  const bench = new VirtualBench({
    clock: systemClock(),
    speed: options.speed,
    addressBase: randomInt(ADDRESS_BASE_MAX),
  });
  for (const [path, spec] of Object.entries(options.boards)) bench.plug(path, spec);
  const served = await serveBench(bench, { port: options.port });
  const exported = options.usbip && (await serveUsbip(bench, options.usbip));
  const end = () => {
    void Promise.all([served.close(), exported?.close()]).then(async () => {
      await bench.close();
      process.exit(0);
    });
  };
  process.once('SIGTERM', end);
  // Ctrl-C reaches the whole process group; the one who started the bench decides when it ends.
  process.on('SIGINT', values['with-parent'] ? () => {} : end);
  if (values['with-parent']) process.stdin.once('close', end).once('end', end).resume();
  process.stdout.write(`${JSON.stringify({ listening: served.address, usbip: exported?.address })}\n`);
}

main().catch((error: unknown) => {
  const fault = error instanceof Fault ? error : asFault(error, 'USAGE');
  process.stderr.write(`${fault.message} ${JSON.stringify(fault.details)}\n`);
  process.exit(EXIT_REFUSED);
});
