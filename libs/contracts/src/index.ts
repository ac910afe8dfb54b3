export { ApplicationCheck, BootloaderEntry, RunningFirmware, VersionCheck } from './application.ts';
export { Assignment, Attempt, AttemptResult, FaultDetailsShape, LockedMemory } from './attempt.ts';
export { isApplicationId, isBootloaderId } from './board-ids.ts';
export type { Clock } from './clock.ts';
export { type ConfigProblem, ConfigProblems, configProblems } from './faults/config-problems.ts';
export type { Blame, FaultSpec } from './faults/fault-spec.ts';
export {
  asFault,
  FAULT_CODES,
  FAULTS,
  Fault,
  type FaultCode,
  type FaultDetails,
} from './faults/faults.ts';
export {
  AttemptPage,
  AttemptQuery,
  Health,
  LiveEvent,
  NewRuns,
  NewSlots,
  Problem,
  StartedRuns,
  StationSetup,
  StationSlots,
  StationUsb,
} from './http.ts';
export { Digest, IMAGE_FILE_BYTES_MAX, Image, ImageFormat, RangeInfo } from './image.ts';
export { layoutText, layoutTexts } from './layout-text.ts';
export {
  BenchNaming,
  BenchReport,
  CHANNELS,
  FlashJob,
  momentOf,
  OTHERS_MAX,
  ProgressReport,
  ResultReport,
  WorkerCommand,
} from './messages.ts';
export {
  BoardIdentity,
  Crc32,
  hex32,
  Id,
  Moment,
  OrderId,
  Sha256,
  SlotPath,
  StationId,
  U32,
  UnitSerial,
  usbId,
} from './names.ts';
export {
  ExpectedBoard,
  NewWorkOrder,
  OrderAction,
  OrderCounts,
  OrderState,
  ST_BOOTLOADER,
  WorkOrder,
} from './order.ts';
export { Outcome, outcomeOf, PHASES, PhaseName, PhaseRecord } from './outcome.ts';
export { Part, PartOptionBytes, PartTiming } from './part.ts';
export { comparePorts } from './port-path.ts';
export { ErasePolicy, OrderRecipe, PLAIN_ORDER_RECIPE, PLAIN_RECIPE, Recipe } from './recipe.ts';
export { type LostSlot, lostWords, type SearchedSlots, slotsAfter } from './searched-slots.ts';
export type { OpenLine, SerialLine, SerialPorts } from './serial-line.ts';
export { BenchSlot, BenchState, Seating, Slot, SlotState } from './slot.ts';
export { LABEL_LENGTH_MAX, SLOTS_MAX } from './slot-limits.ts';
export {
  nextSearch,
  type PluggedDevice,
  type SearchEvent,
  type SearchNote,
  type SlotSearch,
  searchFor,
} from './slot-search.ts';
export {
  firstSlotClash,
  OtherDevice,
  SlotName,
  SlotNames,
  SlotPlace,
  StationFile,
} from './station.ts';
export { UsbCapacity, UsbFinding, UsbHub, UsbLimit, UsbSpeed, UsbTree } from './usb-tree.ts';
