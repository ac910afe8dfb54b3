export {
  type Alternate,
  type BusDevice,
  type Clock,
  type DfuBus,
  type DfuDevice,
  type DfuFunctional,
  type DfuPort,
  TransferError,
  type TransferTrouble,
} from './port.ts';
