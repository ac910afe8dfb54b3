import { constants } from 'node:os';
import { Fault } from '@flashline/contracts';
import { TransferError } from '@flashline/dfuse';
import { expect, test } from 'vitest';
import { errorPage } from '../testing/error-page.ts';
import { libusbError } from '../testing/fake-transfer.ts';
import { KERNEL_FAILURES } from './kernel-error.ts';
import { asTransferError, asUsbFault, LIBUSB_FAILURES, libusbName, translate } from './libusb-error.ts';

/** Constants of the same prefix that are no failures: flags, transfer types, success. */
const NO_FAILURE = /^LIBUSB_TRANSFER_(TYPE_\w+|COMPLETED|SHORT_NOT_OK|FREE_BUFFER|FREE_TRANSFER)$/;

test('the table has exactly the failures of the installed binding, with its numbers', async () => {
  const { usb } = await import('usb');
  const failures = Object.entries(usb).filter(
    ([name]) => /^LIBUSB_(ERROR|TRANSFER)_/.test(name) && !NO_FAILURE.test(name),
  );
  const ours = Object.entries(LIBUSB_FAILURES).map(([name, { errno }]) => [name, errno]);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(failures));
});

test('docs/usb-errors.md is this table and that of the kernel', async () => {
  await expect(errorPage()).toMatchFileSnapshot('../../../../docs/usb-errors.md');
});

test('no memory and no bandwidth are trouble of the host, never of the board', () => {
  const ways = [KERNEL_FAILURES.ENOMEM, KERNEL_FAILURES.ENOSPC].flatMap(({ as }) => Object.values(as));
  for (const name of [...ways, 'LIBUSB_ERROR_NO_MEM'] as const)
    expect(LIBUSB_FAILURES[name]).toMatchObject({ class: 'host', trouble: 'host', fault: 'USB_HOST' });
});

test.skipIf(process.platform !== 'linux')('the errors of the kernel have the numbers of the kernel', () => {
  const known = Object.entries(constants.errno).filter(([name]) => name in KERNEL_FAILURES);
  const ours = Object.entries(KERNEL_FAILURES).map(([name, { errno }]) => [name, errno]);
  // Node has no name for the one that is left.
  expect(Object.fromEntries(ours)).toEqual({ ...Object.fromEntries(known), ESHUTDOWN: 108 });
});

test('an error of the kernel keeps its class wherever libusb keeps it apart from others', () => {
  const merged = ['LIBUSB_ERROR_IO', 'LIBUSB_ERROR_OTHER'];
  for (const [name, failure] of Object.entries(KERNEL_FAILURES))
    for (const way of Object.values(failure.as))
      if (!merged.includes(way)) expect(LIBUSB_FAILURES[way].class, name).toBe(failure.class);
});

test.each([
  ['LIBUSB_TRANSFER_STALL', 'stall'],
  ['LIBUSB_TRANSFER_TIMED_OUT', 'timeout'],
  ['LIBUSB_TRANSFER_NO_DEVICE', 'gone'],
  ['LIBUSB_TRANSFER_ERROR', 'protocol'],
  ['LIBUSB_TRANSFER_OVERFLOW', 'protocol'],
  ['LIBUSB_TRANSFER_CANCELLED', 'timeout'],
  ['LIBUSB_ERROR_NO_DEVICE', 'gone'],
  ['LIBUSB_ERROR_PIPE', 'stall'],
  ['LIBUSB_ERROR_TIMEOUT', 'timeout'],
  ['LIBUSB_ERROR_NO_MEM', 'host'],
  ['LIBUSB_ERROR_IO', 'host'],
] as const)('a transfer that ends in %s is %s trouble', (name, trouble) => {
  expect(translate(LIBUSB_FAILURES[name].errno)).toBe(trouble);
  expect(asTransferError(libusbError(name))).toMatchObject({ trouble, message: name });
});

test('a number that libusb does not know is trouble of the host', () => {
  expect(translate(-4711)).toBe('host');
  expect(libusbName(-4711)).toBe('libusb -4711');
});

test('an error without a number is trouble of the host and keeps its text', () => {
  expect(asTransferError(new Error('Device is not open'))).toMatchObject({
    trouble: 'host',
    message: 'Error: Device is not open',
  });
});

test('a transfer error stays what it is', () => {
  const error = new TransferError('protocol', 'short');
  expect(asTransferError(error)).toBe(error);
});

test.each([
  ['LIBUSB_ERROR_ACCESS', 'USB_PERMISSION'],
  ['LIBUSB_ERROR_NOT_SUPPORTED', 'USB_PERMISSION'],
  ['LIBUSB_ERROR_BUSY', 'USB_BUSY'],
  ['LIBUSB_ERROR_NO_DEVICE', 'BOARD_GONE'],
  ['LIBUSB_ERROR_NOT_FOUND', 'BOARD_GONE'],
  ['LIBUSB_ERROR_NO_MEM', 'USB_HOST'],
  ['LIBUSB_ERROR_OTHER', 'USB_HOST'],
] as const)('opening that ends in %s is fault %s with the name of the error', (name, code) => {
  const fault = asUsbFault(libusbError(name), { path: '1-2' });
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toMatchObject({ code, details: { path: '1-2', errno: name } });
});

test('opening that fails without a number is fault USB_HOST with the text', () => {
  expect(asUsbFault('odd', { path: '1-2' })).toMatchObject({
    code: 'USB_HOST',
    details: { path: '1-2', reason: 'odd' },
  });
});
