/** Slots of one station: more than a USB host can feed. */
export const SLOTS_MAX = 256;
/** Characters of the label of a slot: it is read from two metres. */
export const LABEL_LENGTH_MAX = 32;
