import type { Answer, Refusal } from '../station/request.ts';
import { createOrder, uploadImage } from '../station/station-api.ts';
import { type ImageChoice, isRawChoice } from './image-picker.tsx';
import { actOn, refreshOrders } from './order-desk.ts';
import { type OrderDraft, orderIn } from './order-draft.ts';

/** Uploads the image, creates the order and starts it if wanted; null when all of that was done. */
export async function placeOrder(draft: OrderDraft, choice: ImageChoice, startsNow: boolean): Promise<Refusal | null> {
  // Read before the upload: a typing mistake must not cost a transfer.
  const drafted = orderIn(draft, '', isRawChoice(choice));
  if (drafted.kind === 'wrong') return refuse(drafted.says);
  const image = await imageOf(choice);
  if (image.kind === 'refused') return image.refusal;
  const created = await createOrder({ ...drafted.order, image: image.value });
  if (created.kind === 'refused') return created.refusal;
  // The order exists now: why it does not start is told beside it, where Start is.
  if (startsNow) await actOn(created.value, 'start');
  else await refreshOrders();
  return null;
}

async function imageOf(choice: ImageChoice): Promise<Answer<string>> {
  if (choice.kind === 'held') return { kind: 'ok', value: choice.image.sha256 };
  if (choice.kind === 'none') return { kind: 'refused', refusal: refuse('Choose a firmware image.') };
  const uploaded = await uploadImage(choice.file);
  return uploaded.kind === 'refused' ? uploaded : { kind: 'ok', value: uploaded.value.sha256 };
}

function refuse(says: string): Refusal {
  return { code: null, says, action: '', lines: [] };
}
