import type { NewWorkOrder } from '@flashline/contracts';

/** What the form for a new order holds, as typed. */
export interface OrderDraft {
  readonly product: string;
  readonly quantity: string;
  readonly orderId: string;
  readonly address: string;
}

/** The draft as an order for an image; `wrong` names the field that cannot be read. */
export type DraftedOrder =
  | { readonly kind: 'order'; readonly order: NewWorkOrder }
  | { readonly kind: 'wrong'; readonly field: keyof OrderDraft; readonly says: string };

const ADDRESS = /^(0x)?[0-9a-f]{1,8}$/i;

/** Whether a file looks like a raw binary, which does not say where it belongs. Only the station, which reads it, knows. */
export function needsAddress(fileName: string): boolean {
  return /\.bin$/i.test(fileName);
}

/** Reads a draft. The station checks everything again; this only catches what cannot be said in its terms. */
export function orderIn(draft: OrderDraft, image: string, isRaw: boolean): DraftedOrder {
  const quantity = Number(draft.quantity);
  const product = draft.product.trim();
  if (product === '') return { kind: 'wrong', field: 'product', says: 'Say what is being made.' };
  if (!Number.isInteger(quantity) || quantity < 1)
    return { kind: 'wrong', field: 'quantity', says: 'Give a whole number of boards, 1 or more.' };
  if (isRaw && !ADDRESS.test(draft.address.trim()))
    return { kind: 'wrong', field: 'address', says: 'Give a hexadecimal address such as 0x08000000.' };
  const id = draft.orderId.trim();
  const loadAddress = isRaw ? Number.parseInt(draft.address.trim(), 16) : null;
  return { kind: 'order', order: { product, quantity, image, loadAddress, ...(id === '' ? {} : { id }) } };
}
