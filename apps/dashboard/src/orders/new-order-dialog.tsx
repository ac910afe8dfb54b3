import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { bench } from '../live/this-bench.ts';
import { Dialog } from '../parts/dialog.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import type { Refusal } from '../station/request.ts';
import { type ImageChoice, ImagePicker, isRawChoice } from './image-picker.tsx';
import type { OrderDraft } from './order-draft.ts';
import { placeOrder } from './place-order.ts';

const EMPTY_DRAFT: OrderDraft = { product: '', quantity: '100', orderId: '', address: '0x08000000' };

/** The form for a new work order: what image, what product, how many. */
export function NewOrderDialog({ onClose }: { onClose: () => void }) {
  const draft = useSignal<OrderDraft>(EMPTY_DRAFT);
  const choice = useSignal<ImageChoice>({ kind: 'none' });
  const startsNow = useSignal(bench.order.value === null);
  const refusal = useSignal<Refusal | null>(null);
  const busy = useSignal(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    refusal.value = await placeOrder(draft.value, choice, startsNow.value);
    busy.value = false;
    if (refusal.value === null) onClose();
  };
  const field = (name: keyof OrderDraft) => ({
    value: draft.value[name],
    onInput: (event: { currentTarget: HTMLInputElement }): void => {
      draft.value = { ...draft.value, [name]: event.currentTarget.value };
    },
  });
  return (
    <Dialog title="New work order" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <ImagePicker choice={choice} />
        {isRawChoice(choice.value) && (
          <Field
            name="Load address"
            hint="A raw binary does not say where it belongs. Flash of ST parts begins at 0x08000000."
          >
            {(id) => (
              <input id={id} class="code" required spellcheck={false} autocomplete="off" {...field('address')} />
            )}
          </Field>
        )}
        <Field name="Product" hint="What is being made, in the words of the plant.">
          {(id) => <input id={id} required maxLength={64} autocomplete="off" {...field('product')} />}
        </Field>
        <div class="field-row">
          <Field name="Quantity" hint="Good boards to make.">
            {(id) => <input id={id} type="number" required min="1" max="1000000" {...field('quantity')} />}
          </Field>
          <Field name="Order number" hint="Leave it empty to get one.">
            {(id) => <input id={id} maxLength={64} spellcheck={false} autocomplete="off" {...field('orderId')} />}
          </Field>
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={startsNow.value}
            onChange={(event) => {
              startsNow.value = event.currentTarget.checked;
            }}
          />
          Start it now: every board that is plugged in is flashed with this image
        </label>
        <RefusalNotice refusal={refusal.value} />
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={busy.value}>
            {busy.value ? 'Working…' : startsNow.value ? 'Create and start' : 'Create'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Field({ name, hint, children }: { name: string; hint: string; children: (id: string) => ComponentChildren }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name}</label>
      {children(id)}
      <p class="fine">{hint}</p>
    </div>
  );
}
