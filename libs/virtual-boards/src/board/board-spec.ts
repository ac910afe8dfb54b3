import {
  type ApplicationSpec,
  parseApplicationSpec,
  type WholeApplicationSpec,
} from '../application/application-spec.ts';
import { CONTENTS, type Contents } from '../flash/contents.ts';
import { choiceIn, fieldsOf, listIn, textIn, wholeIn } from '../json-fields.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { parseMisbehaviour } from './misbehaviour-json.ts';

/** A board to be made, as plain JSON. What is left out: a blank, sound F405 in its bootloader, seed 1. */
export interface BoardSpec {
  /** Name of the part, see PARTS. */
  readonly part?: string;
  /** The USB serial it reports; left out, the part decides. */
  readonly usbSerial?: string;
  readonly contents?: Contents;
  /** Tells boards of one part apart: their serial, and what used ones hold. */
  readonly seed?: number;
  readonly misbehaviours?: readonly Misbehaviour[];
  /** Whether it is in its bootloader when it is plugged in, or runs its firmware. */
  readonly mode?: 'dfu' | 'application';
  /** What its firmware does while it runs. */
  readonly application?: ApplicationSpec;
}

/** A board description with nothing left open. */
export interface WholeBoardSpec extends Required<Omit<BoardSpec, 'usbSerial' | 'application'>> {
  readonly usbSerial: string | null;
  readonly application: WholeApplicationSpec;
}

const MISBEHAVIOURS_MAX = 32;
const FIELDS = ['part', 'usbSerial', 'contents', 'seed', 'misbehaviours', 'mode', 'application'];

/** A board description that came as JSON, made whole. Throws CONFIG_INVALID with the field. */
export function parseBoardSpec(value: unknown, where = 'board'): WholeBoardSpec {
  const fields = fieldsOf(value, where, FIELDS);
  return {
    part: textIn(fields, 'part', 64, 'F405'),
    usbSerial: fields.values.usbSerial === undefined ? null : textIn(fields, 'usbSerial', 128),
    contents: choiceIn(fields, 'contents', CONTENTS, 'blank'),
    seed: wholeIn(fields, 'seed', [0, 0xffff_ffff], 1),
    misbehaviours: listIn(fields, 'misbehaviours', MISBEHAVIOURS_MAX).map((one, n) =>
      parseMisbehaviour(one, `${where}.misbehaviours[${n}]`),
    ),
    mode: choiceIn(fields, 'mode', ['dfu', 'application'], 'dfu'),
    application: parseApplicationSpec(fields.values.application ?? {}, `${where}.application`),
  };
}
