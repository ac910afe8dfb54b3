export { askIntoBootloader } from './ask.ts';
