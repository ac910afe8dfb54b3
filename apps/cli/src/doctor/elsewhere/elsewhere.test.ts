import { expect, test } from 'vitest';
import { examine } from '../examination.ts';
import type { FakeSpec } from '../testing/fake-computer.ts';
import { patientWith, SEEN } from '../testing/good-linux.ts';

const windows = (stdout: string | null): FakeSpec => ({
  platform: 'win32',
  user: { name: 'Line', uid: null, groups: [], sudoUser: null },
  files: { '/home/line/x': '' },
  commands: stdout === null ? {} : { 'powershell.exe': { stdout } },
});

async function stateOf(spec: FakeSpec, id: string, devices = SEEN) {
  const findings = await examine(patientWith(spec, { look: async () => ({ devices, trouble: null }), tree: null }));
  expect(findings.filter((finding) => finding.state !== 'ok').every((finding) => finding.id === id)).toBe(true);
  return findings.find((finding) => finding.id === id);
}

const device = (service: string | null, id = 'VID_0483&PID_DF11') => ({
  DeviceID: `USB\\${id}\\305936`,
  Service: service,
});

test.each([
  ['WinUSB', 'ok'],
  ['WINUSB', 'ok'],
  ['libusbK', 'ok'],
  ['STTub30', 'bad'],
  [null, 'bad'],
])('on Windows a board with the driver %s is %s', async (service, state) => {
  const verdict = await stateOf(windows(JSON.stringify(device(service))), 'winusb');
  expect(verdict?.state).toBe(state);
  if (state === 'bad') expect(verdict?.do.join('\n')).toMatch(/Zadig[\s\S]*List All Devices[\s\S]*WinUSB/);
});

test('on Windows other devices and a board that runs do not count', async () => {
  const others = [device('usbser', 'VID_0483&PID_5740'), device('WinUSB'), device('HidUsb', 'VID_046D&PID_C31C')];
  expect((await stateOf(windows(JSON.stringify(others)), 'winusb'))?.state).toBe('ok');
});

test.each([null, '', '{"DeviceID":7}', 'Zugriff verweigert'])(
  'on Windows an answer like %j is no answer',
  async (stdout) => {
    expect((await stateOf(windows(stdout), 'winusb'))?.state).toBe('unknown');
  },
);

test('on Windows without a board there is nothing to tell', async () => {
  expect((await stateOf(windows('[]'), 'winusb', []))?.state).toBe('skipped');
});

test('macOS needs nothing, but is warned of what takes boards away', async () => {
  const mac = (stdout: string): FakeSpec => ({
    platform: 'darwin',
    files: { '/home/line/x': '' },
    commands: { ps: { stdout } },
  });
  expect((await stateOf(mac('/sbin/launchd\n'), 'macos'))?.state).toBe('ok');
  const taken = await stateOf(mac('/Applications/VMware Fusion.app/Contents/Library/vmware-vmx\n'), 'macos');
  expect(taken).toMatchObject({ state: 'warn', says: expect.stringContaining('VMware Fusion') });
});
