import type { WorkOrder } from '@flashline/contracts';
import { countText } from '../words/formats.ts';

/** How far an order is, as one bar: good boards are solid, boards in work striped, the rest is track. */
export function OrderBar({ order }: { order: WorkOrder }) {
  const { good, inWork } = order.counts;
  const share = (count: number): number => Math.min(100, (count * 100) / order.quantity);
  return (
    <svg
      class="order-bar"
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${countText(good)} of ${countText(order.quantity)} good, ${countText(inWork)} in work`}
    >
      <rect class="good" width={share(good)} height="1" />
      <rect class="in-work" x={share(good)} width={Math.min(share(inWork), 100 - share(good))} height="1" />
    </svg>
  );
}
