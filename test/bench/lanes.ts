/** Runs tasks side by side in so many lanes, starting them in order. Rejects with the first failure. */
export async function inLanes<T>(lanes: number, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const left = tasks.entries();
  const lane = async () => {
    for (const [n, task] of left) results[n] = await task();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
