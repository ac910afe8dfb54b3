import type { WorkOrder } from '@flashline/contracts';
import { useSignal } from '@preact/signals';
import { Dialog } from '../parts/dialog.tsx';
import { plural } from '../words/formats.ts';
import { actOn } from './order-desk.ts';

/** Asks before an order is ended for good. */
export function CloseOrderDialog({ order, onClose }: { order: WorkOrder; onClose: () => void }) {
  const busy = useSignal(false);
  const closeOrder = async (): Promise<void> => {
    busy.value = true;
    await actOn(order, 'close');
    onClose();
  };
  const { good, left } = order.counts;
  return (
    <Dialog title={`Close ${order.id}?`} onClose={onClose}>
      <p>
        {plural(good, 'board')} of {order.product} {good === 1 ? 'is' : 'are'} good, {plural(left, 'board')}{' '}
        {left === 1 ? 'is' : 'are'} still to be made.
      </p>
      <p>
        <strong>A closed order cannot be started again.</strong> To go on later, pause it instead.
      </p>
      <div class="dialog-actions">
        <button type="button" onClick={onClose}>
          Keep it open
        </button>
        <button type="button" class="danger" disabled={busy.value} onClick={() => void closeOrder()}>
          Close the order
        </button>
      </div>
    </Dialog>
  );
}
