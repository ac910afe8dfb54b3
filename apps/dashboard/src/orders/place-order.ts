import type { Image } from '@flashline/contracts';
import type { Signal } from '@preact/signals';
import type { Answer, Refusal } from '../station/request.ts';
import { createOrder, uploadImage } from '../station/station-api.ts';
import { type ImageChoice, isRawChoice } from './image-picker.tsx';
import { actOn, refreshOrders } from './order-desk.ts';
import { type OrderDraft, orderIn } from './order-draft.ts';

/**
 * Uploads the image, creates the order and starts it if wanted; null when all of that was done. An uploaded file becomes
 * the station's image in `choice`: whatever happens next, it is not sent twice, and the form asks what its format needs.
 */
export async function placeOrder(
  draft: OrderDraft,
  choice: Signal<ImageChoice>,
  startsNow: boolean,
): Promise<Refusal | null> {
  const askedAddress = isRawChoice(choice.value);
  // Read before the upload: a typing mistake must not cost a transfer.
  const typed = orderIn(draft, '', askedAddress);
  if (typed.kind === 'wrong') return refuse(typed.says);
  const image = await imageOf(choice.value);
  if (image.kind === 'refused') return image.refusal;
  choice.value = { kind: 'held', image: image.value };
  const { sha256, format } = image.value;
  const isRaw = format === 'bin';
  // The draft holds an address that nobody has seen: where the bytes go is not for the form to decide.
  if (isRaw && !askedAddress)
    return refuse('The image is a raw binary.', 'Check the load address above, then create the order.');
  const loadAddress = isRaw ? typed.order.loadAddress : null;
  const created = await createOrder({ ...typed.order, image: sha256, loadAddress });
  if (created.kind === 'refused') return created.refusal;
  // The order exists now: why it does not start is told beside it, where Start is.
  if (startsNow) await actOn(created.value, 'start');
  else await refreshOrders();
  return null;
}

async function imageOf(choice: ImageChoice): Promise<Answer<Image>> {
  switch (choice.kind) {
    case 'none':
      return { kind: 'refused', refusal: refuse('Choose a firmware image.') };
    case 'file':
      return uploadImage(choice.file);
    case 'held':
      return { kind: 'ok', value: choice.image };
    default:
      return choice satisfies never;
  }
}

function refuse(says: string, action = ''): Refusal {
  return { code: null, says, action, lines: [] };
}
