import type { Image } from '@flashline/contracts';
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { fetchImages } from '../station/station-api.ts';
import { bytesText, shortHash } from '../words/formats.ts';
import { needsAddress } from './order-draft.ts';

/** The firmware of a new order: a file from this computer, or an image the station already holds. */
export type ImageChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'held'; readonly image: Image };

/** Whether the order has to say where the bytes go. */
export function isRawChoice(choice: ImageChoice): boolean {
  switch (choice.kind) {
    case 'none':
      return false;
    case 'file':
      return needsAddress(choice.file.name);
    case 'held':
      return choice.image.format === 'bin';
    default:
      return choice satisfies never;
  }
}

/** Chooses a file, or one of the images the station holds. */
export function ImagePicker({ choice }: { choice: Signal<ImageChoice> }) {
  const held = useSignal<readonly Image[]>([]);
  const [fileId, heldId] = [useId(), useId()];
  useEffect(() => {
    void fetchImages().then((answer) => {
      if (answer.kind === 'ok') held.value = answer.value.images;
    });
  }, []);
  const { value } = choice;
  const images = withChosen(held.value, value);
  const pickFile = (files: FileList | null): void => {
    const file = files?.item(0) ?? null;
    choice.value = file === null ? { kind: 'none' } : { kind: 'file', file };
  };
  const pickHeld = (sha256: string): void => {
    const image = images.find((candidate) => candidate.sha256 === sha256);
    choice.value = image === undefined ? { kind: 'none' } : { kind: 'held', image };
  };
  return (
    <fieldset>
      <legend>Firmware image</legend>
      {images.length > 0 && (
        <div class="field">
          <label for={heldId}>On this station</label>
          <select
            id={heldId}
            value={value.kind === 'held' ? value.image.sha256 : ''}
            onChange={(event) => pickHeld(event.currentTarget.value)}
          >
            <option value="">Upload a file</option>
            {images.map((image) => (
              <option key={image.sha256} value={image.sha256}>
                {`${image.name} · ${bytesText(image.content.bytes)} · ${shortHash(image.sha256)}`}
              </option>
            ))}
          </select>
        </div>
      )}
      {value.kind !== 'held' && (
        <div class="field">
          <label for={fileId}>File</label>
          <input
            id={fileId}
            type="file"
            accept=".hex,.ihex,.ihx,.dfu,.elf,.axf,.srec,.s19,.s28,.s37,.mot,.uf2,.bin"
            required
            onChange={(event) => pickFile(event.currentTarget.files)}
          />
          <p class="fine">Intel HEX, DfuSe (.dfu), ELF, S-records, UF2 or raw binary, up to 64 MiB.</p>
        </div>
      )}
    </fieldset>
  );
}

/** A file that was uploaded a moment ago is chosen before it is in the list. */
function withChosen(held: readonly Image[], choice: ImageChoice): readonly Image[] {
  if (choice.kind !== 'held' || held.some(({ sha256 }) => sha256 === choice.image.sha256)) return held;
  return [choice.image, ...held];
}
