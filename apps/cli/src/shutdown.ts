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
