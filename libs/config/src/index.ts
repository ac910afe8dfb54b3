export { readPartsFile } from './parts-file.ts';
export { readRecipeFile } from './recipe-file.ts';
export { labelOf } from './station/label-pattern.ts';
export { readStationFile } from './station/station-file.ts';
export { newStationText, withSlots } from './station/station-text.ts';
export { unreadableFile } from './unreadable-file.ts';
export { readYamlFile, type YamlLimits } from './yaml-file.ts';
