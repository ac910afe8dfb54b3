/** A keyboard and a memory stick on the ports are left alone. Oracle: both are the kernel's own gadgets, driven by its own drivers. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { firmwareBytes } from '../rig/images.ts';
import { openRig, productAt } from '../rig/rig.ts';
import { until } from '../rig/until.ts';

const GADGETS = '/sys/kernel/config/usb_gadget';
const STICK = '/tmp/stick.img';
/** A keyboard with the report of the boot protocol (HID 1.11, appendix B.1), as short as the kernel takes it. */
const KEYBOARD_REPORT = Buffer.from(
  '05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100c0',
  'hex',
);

execFileSync('modprobe', ['dummy_hcd', 'num=2']);
// The kernel would load these by itself, but it looks for modprobe outside of our root.
execFileSync('modprobe', ['-a', 'usb_f_hid', 'usb_f_mass_storage']);
execFileSync('mount', ['-t', 'configfs', 'none', '/sys/kernel/config']);
writeFileSync(STICK, firmwareBytes(1024 * 1024));
gadget(
  'keyboard',
  'hid.0',
  { protocol: '1', subclass: '1', report_length: '8', report_desc: KEYBOARD_REPORT },
  'dummy_udc.0',
);
gadget('stick', 'mass_storage.0', { 'lun.0/file': STICK }, 'dummy_udc.1');

const strangers = await until('both are there', () => {
  const found = readdirSync('/sys/bus/usb/devices').filter((name) => productAt(name) === '1d6b:0104');
  return found.length === 2 ? found : null;
});
const drivers = () => strangers.map((path) => basename(readlinkSync(`/sys/bus/usb/devices/${path}:1.0/driver`))).sort();
await until('both have a driver', () => {
  try {
    return drivers().join() === 'usb-storage,usbhid' ? true : null;
  } catch {
    return null;
  }
});

const rig = await openRig();
await rig.plug({ '1-1': { contents: 'used' } });
const urbs = () => strangers.map((path) => readFileSync(`/sys/bus/usb/devices/${path}/urbnum`, 'utf8').trim());
await until('the stick has settled', async () => {
  const before = urbs().join();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  return urbs().join() === before ? true : null;
});
const urbsBefore = urbs();
for (let n = 0; n < 5; n++) {
  const listed = await rig.bus.list();
  assert.deepEqual(
    strangers.map((path) => listed.find((one) => one.path === path)?.mode),
    ['other', 'other'],
  );
}
for (const path of strangers) {
  const report = await rig.flash(path, firmwareBytes(4096));
  assert.equal(report.fault, 'BOARD_GONE', `the engine touched ${path}`);
}
const report = await rig.flash('1-1', firmwareBytes(4096));
assert.equal(report.outcome, 'pass');
assert.deepEqual(urbs(), urbsBefore, 'somebody talked to the strangers');
assert.deepEqual(drivers(), ['usb-storage', 'usbhid']);
await rig.close();

function gadget(
  name: string,
  kind: string,
  settings: Readonly<Record<string, string | Buffer>>,
  controller: string,
): void {
  const root = `${GADGETS}/${name}`;
  mkdirSync(`${root}/configs/c.1`, { recursive: true });
  mkdirSync(`${root}/functions/${kind}`);
  writeFileSync(`${root}/idVendor`, '0x1d6b');
  writeFileSync(`${root}/idProduct`, '0x0104');
  for (const [file, value] of Object.entries(settings)) writeFileSync(`${root}/functions/${kind}/${file}`, value);
  symlinkSync(`${root}/functions/${kind}`, `${root}/configs/c.1/${kind}`);
  writeFileSync(`${root}/UDC`, controller);
}
