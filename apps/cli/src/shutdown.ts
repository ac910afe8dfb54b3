/** Resolves at the first SIGINT or SIGTERM; `again` is aborted at the second one: a person who asks twice means now. */
export function untilStopped(): { stopped: Promise<void>; again: AbortSignal } {
  const again = new AbortController();
  const stopped = Promise.withResolvers<void>();
  let asked = 0;
  const onSignal = () => {
    asked += 1;
    if (asked === 1) stopped.resolve();
    else again.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { stopped: stopped.promise, again: again.signal };
}

/** As shells report the end by Ctrl-C. */
const EXIT_INTERRUPTED = 130;

/** Aborted when a person or the system wants the command to end: what it does with boards then stops in order. The second time means now. */
export function interruption(): AbortSignal {
  const interrupt = new AbortController();
  const onSignal = () => {
    if (interrupt.signal.aborted) process.exit(EXIT_INTERRUPTED);
    interrupt.abort();
  };
  // Not `once`: what gives the cursor back at a signal ends the process when nobody else listens any more.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  return interrupt.signal;
}
