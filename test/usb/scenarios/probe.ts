import { openUsbBus } from '@flashline/usb';
import { PARTS } from '@flashline/virtual-boards';
import { runAttempt } from '@flashline/dfuse';
import { readPartsFile } from '@flashline/config';
const t0 = performance.now();
const parts = await readPartsFile('/work/main/config/parts.yaml');
const t1 = performance.now();
const bus = await openUsbBus();
console.log(t0.toFixed(0), (t1 - t0).toFixed(0), (performance.now() - t1).toFixed(0), typeof runAttempt, PARTS.length ?? 0, (await bus.list()).length, parts.length, process.resourceUsage().userCPUTime / 1e6);
