import type { Scenario } from './machine/job.ts';

/** What the lane runs, in this order: each is a program below scenarios/. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'smoke', says: 'kernel, udevd, Node.js and the USB library are up', limitSeconds: 120 },
  { name: 'side-by-side', says: 'dfu-util and the engine on equal boards', limitSeconds: 300, isTimed: true },
  { name: 'boards', says: 'virtual boards are USB devices to the kernel, to dfu-util and to us', limitSeconds: 120 },
  { name: 'dfu-util', says: 'dfu-util and the engine read back what the other wrote', limitSeconds: 180 },
  {
    name: 'station',
    says: 'one, eight and thirty boards through flashline station',
    limitSeconds: 300,
    onStation: true,
  },
  {
    name: 'entry',
    says: 'boards that run are asked into their bootloader in every way, and run again',
    limitSeconds: 300,
    onStation: true,
  },
  {
    name: 'hosts',
    says: 'a port host that is killed and one that freezes hurt only their own boards',
    limitSeconds: 240,
    onStation: true,
  },
  {
    name: 'lost-event',
    says: 'a board that nobody was told of is found and flashed',
    limitSeconds: 180,
    onStation: true,
  },
  {
    name: 'record',
    says: 'the station ends well, and its record is sound and whole',
    limitSeconds: 120,
    onStation: true,
  },
  {
    name: 'udev',
    says: 'by the rules we ship, users in plugdev flash and others are told what to do',
    limitSeconds: 240,
  },
  { name: 'usbip', says: 'flashline virtual --usbip, as a person with usbip uses it', limitSeconds: 120 },
  {
    name: 'unplug',
    says: 'boards that fall silent, and those that leave at fifty random moments, hurt nobody else',
    limitSeconds: 300,
  },
];
