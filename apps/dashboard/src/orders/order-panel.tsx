import type { WorkOrder } from '@flashline/contracts';
import { useSignal } from '@preact/signals';
import { RefusalNotice } from '../parts/notice.tsx';
import { countText, plural } from '../words/formats.ts';
import { CloseOrderDialog } from './close-order-dialog.tsx';
import { NewOrderDialog } from './new-order-dialog.tsx';
import { OrderBar } from './order-bar.tsx';
import { actOn, headOrder, orderRefusal } from './order-desk.ts';
import { OrdersDialog } from './orders-dialog.tsx';
import { needsUnits, ORDER_WORDS } from './shown-order.ts';

type Opened = 'nothing' | 'new' | 'close' | 'list';

/** What is being made: the order, how far it is, and what can be done with it. */
export function OrderPanel() {
  const opened = useSignal<Opened>('nothing');
  const close = (): void => {
    opened.value = 'nothing';
  };
  const open = (what: Opened): void => {
    opened.value = what;
  };
  const order = headOrder.value;
  return (
    <section class="order" aria-label="Work order">
      {order === null ? <NoOrder /> : <OrderFacts order={order} />}
      <div class="order-actions">
        {order !== null && <OrderButtons order={order} onClose={() => open('close')} />}
        <button type="button" onClick={() => open('list')}>
          Orders
        </button>
        <button type="button" class={order === null ? 'primary' : ''} onClick={() => open('new')}>
          New order
        </button>
      </div>
      {order !== null && <OrderBar order={order} />}
      {order !== null && needsUnits(order) && isOpen(order) && <UnitsNote />}
      <RefusalNotice
        refusal={orderRefusal.value}
        onDismiss={() => {
          orderRefusal.value = null;
        }}
      />
      {opened.value === 'new' && <NewOrderDialog onClose={close} />}
      {opened.value === 'list' && <OrdersDialog onClose={close} onNew={() => open('new')} />}
      {opened.value === 'close' && order !== null && <CloseOrderDialog order={order} onClose={close} />}
    </section>
  );
}

function NoOrder() {
  return (
    <div class="order-name">
      <h2>No work order</h2>
      <p>Create one to say what is made here: a firmware image, a product, a quantity.</p>
    </div>
  );
}

function OrderFacts({ order }: { order: WorkOrder }) {
  const { good, bad, errors, left } = order.counts;
  return (
    <>
      <div class="order-name">
        <h2>{order.product}</h2>
        <p>
          <span class="chip" data-order={order.state}>
            {ORDER_WORDS[order.state]}
          </span>
          <span class="code">{order.id}</span>
          <span class="order-image">{order.imageName}</span>
        </p>
      </div>
      <dl class="order-counts">
        <Count name="Good" count={good} tone="pass" />
        <Count name="Bad" count={bad} tone="fail" />
        {errors > 0 && <Count name={errors === 1 ? 'Error' : 'Errors'} count={errors} tone="error" />}
        <Count name={`Left of ${countText(order.quantity)}`} count={left} tone="left" />
      </dl>
    </>
  );
}

function UnitsNote() {
  return (
    <p class="order-note">
      This order looks for the serial number of each unit: no board starts by itself. Press its slot and scan its label,
      or send slot and unit to <span class="code">/api/v1/runs</span>.
    </p>
  );
}

function isOpen({ state }: WorkOrder): boolean {
  return state === 'active' || state === 'paused' || state === 'created';
}

function Count({ name, count, tone }: { name: string; count: number; tone: string }) {
  return (
    <div data-tone={count === 0 ? 'none' : tone}>
      <dt>{name}</dt>
      <dd>{countText(count)}</dd>
    </div>
  );
}

function OrderButtons({ order, onClose }: { order: WorkOrder; onClose: () => void }) {
  const busy = useSignal(false);
  const act = async (action: 'start' | 'pause'): Promise<void> => {
    busy.value = true;
    await actOn(order, action);
    busy.value = false;
  };
  if (!isOpen(order)) return null;
  const isActive = order.state === 'active';
  return (
    <>
      <button
        type="button"
        class={isActive ? '' : 'primary'}
        disabled={busy.value}
        title={isActive ? `Boards in work are finished first: ${plural(order.counts.inWork, 'board')}` : undefined}
        onClick={() => void act(isActive ? 'pause' : 'start')}
      >
        {isActive ? 'Pause' : order.state === 'paused' ? 'Resume' : 'Start'}
      </button>
      <button type="button" onClick={onClose}>
        Close…
      </button>
    </>
  );
}
