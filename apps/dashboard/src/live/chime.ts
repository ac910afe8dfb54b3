import type { Outcome } from '@flashline/contracts';

/** Notes in hertz. Rising is good, falling is a bad board, a low repeat is the station: told apart with closed eyes. */
const TUNES: Readonly<Record<Outcome, readonly number[]>> = {
  pass: [659, 880],
  fail: [440, 262],
  error: [196, 196, 196],
  aborted: [330],
};

const NOTE_S = 0.16;
const LOUDNESS = 0.2;

let audio: AudioContext | null = null;

/** Plays the sound of an outcome. */
export function chime(outcome: Outcome): void {
  audio ??= new AudioContext();
  for (const [index, hertz] of TUNES[outcome].entries()) playNote(audio, hertz, audio.currentTime + index * NOTE_S);
}

function playNote(context: AudioContext, hertz: number, atS: number): void {
  const note = new OscillatorNode(context, { frequency: hertz, type: 'triangle' });
  const gain = new GainNode(context, { gain: 0 });
  // Faded in and out: a note that is cut clicks.
  gain.gain.setValueAtTime(0, atS);
  gain.gain.linearRampToValueAtTime(LOUDNESS, atS + 0.02);
  gain.gain.linearRampToValueAtTime(0, atS + NOTE_S - 0.02);
  note.connect(gain).connect(context.destination);
  note.start(atS);
  note.stop(atS + NOTE_S);
}
