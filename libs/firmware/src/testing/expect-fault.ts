import { Fault, type FaultCode, type FaultDetails } from '@flashline/contracts';
import { expect } from 'vitest';

/** Expects a fault with this code and at least these details. */
export function expectFault(act: () => unknown, code: FaultCode, details: FaultDetails = {}): void {
  let thrown: unknown = 'nothing';
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(Fault);
  expect(thrown).toMatchObject({ code, details });
}
