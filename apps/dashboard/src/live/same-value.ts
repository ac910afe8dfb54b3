import { computed, type ReadonlySignal } from '@preact/signals';

/** A computed signal that is silent when it computes an equal value anew: progress must not render what only counts. */
export function computedByValue<T>(compute: () => T): ReadonlySignal<T> {
  let last: { readonly value: T; readonly text: string } | null = null;
  return computed(() => {
    const value = compute();
    const text = JSON.stringify(value);
    if (last?.text !== text) last = { value, text };
    return last.value;
  });
}
