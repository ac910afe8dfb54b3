import { Fault, hex32 } from '@flashline/contracts';
import { type FirmwareImage, plainImage } from '../image.ts';
import { tooLarge } from '../image-fault.ts';
import { ADDRESS_SPACE_BYTES } from '../ranges.ts';
import { Pieces } from './pieces.ts';
import { parseSRecord, type SRecord } from './s-record.ts';
import { linesOf, malformedLine, RECORDS_MAX } from './text-line.ts';

/**
 * Reads a file of Motorola S-records without a byte order mark. It ends with a start record (S7, S8 or S9), without
 * which nobody could tell a whole file from a cut one. Throws IMAGE_MALFORMED, IMAGE_CHECKSUM and IMAGE_TRUNCATED with
 * the line, IMAGE_EMPTY, IMAGE_TOO_LARGE, IMAGE_ADDRESS_INVALID and IMAGE_OVERLAP.
 */
export function readSRecordFile(text: Uint8Array): FirmwareImage {
  const pieces = new Pieces(text.length);
  let records = 0;
  let dataRecords = 0;
  let hasEnded = false;
  for (const line of linesOf(text)) {
    if (hasEnded) throw malformedLine(line.number, 'text after the start record');
    if (++records > RECORDS_MAX) throw tooLarge('records', RECORDS_MAX);
    const record = parseSRecord(line);
    if (record.kind === 'count') checkCount(record.address, dataRecords, line.number);
    if (record.kind === 'start') hasEnded = true;
    if (record.kind !== 'data') continue;
    checkAddress(record, line.number);
    pieces.add(record.address, record.data);
    dataRecords++;
  }
  if (!hasEnded) throw new Fault('IMAGE_TRUNCATED', { reason: 'no start record', records });
  return plainImage('srec', pieces.all());
}

function checkCount(declared: number, records: number, line: number): void {
  if (declared !== records) {
    throw new Fault('IMAGE_MALFORMED', { line, reason: 'number of data records', declared, records });
  }
}

function checkAddress({ address, data }: SRecord, line: number): void {
  if (address + data.length > ADDRESS_SPACE_BYTES) {
    throw new Fault('IMAGE_ADDRESS_INVALID', { line, address: hex32(address), bytes: data.length });
  }
}
