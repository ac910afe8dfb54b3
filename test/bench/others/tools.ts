/** What a tool does, as far as it can be seen on the wire. */
export interface ToolHabits {
  readonly name: string;
  /**
   * How it comes to dfuIDLE: `abort` asks, sends ABORT whatever the answer, and asks again; `ask` does only what the state
   * needs; `clear-status` sends CLRSTATUS until the state is right.
   */
  readonly settles: 'abort' | 'ask' | 'clear-status';
  /** All sectors under the image first, or each before the first block in it. */
  readonly erases: 'first' | 'as-it-goes';
  /** SET_ADDRESS before every block, or once for the run. */
  readonly addresses: 'every-block' | 'once';
  /** Sleeps as long as bwPollTimeout says, or not at all. */
  readonly polls: 'as-told' | 'at-once';
  readonly readsBack: boolean;
  /** SET_ADDRESS before the order to leave. */
  readonly leavesFrom: 'start-address' | 'where-it-is';
  /** How long it waits for the answer to one transfer. */
  readonly timeoutMs: number;
}

/** Tools by what their source does (docs/sources.md 4): replays of a documented sequence of requests, not the tools. */
export const TOOLS: readonly ToolHabits[] = [
  {
    name: 'dfu-util 0.11',
    settles: 'abort',
    erases: 'first',
    addresses: 'every-block',
    polls: 'as-told',
    readsBack: false,
    leavesFrom: 'start-address',
    timeoutMs: 5000,
  },
  {
    name: 'pydfu',
    settles: 'ask',
    erases: 'as-it-goes',
    addresses: 'every-block',
    polls: 'at-once',
    readsBack: false,
    leavesFrom: 'start-address',
    timeoutMs: 20_000,
  },
  {
    name: 'dfu-core 0.11',
    settles: 'ask',
    erases: 'first',
    addresses: 'once',
    polls: 'as-told',
    readsBack: false,
    leavesFrom: 'where-it-is',
    timeoutMs: 3000,
  },
  {
    name: 'Betaflight configurator',
    settles: 'clear-status',
    erases: 'first',
    addresses: 'once',
    polls: 'as-told',
    readsBack: true,
    leavesFrom: 'start-address',
    timeoutMs: 5000,
  },
];
