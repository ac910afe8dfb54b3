export { readPartsFile } from './parts-file.ts';
export { readRecipeFile } from './recipe-file.ts';
export { readStationFile } from './station-file.ts';
export { readYamlFile, type YamlLimits } from './yaml-file.ts';
