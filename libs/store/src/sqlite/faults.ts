import { dirname } from 'node:path';
import { Fault, type FaultCode, type FaultDetails } from '@flashline/contracts';
import Database from 'better-sqlite3';

/** What SQLite was doing when it refused: the same refusal means different things. */
type Doing = 'opening' | 'opening to read' | 'reading' | 'writing';

const DAMAGE: readonly string[] = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_FORMAT'];
const BUSY: readonly string[] = ['SQLITE_BUSY', 'SQLITE_LOCKED'];

type SqliteError = InstanceType<typeof Database.SqliteError>;

/** Primary result code: `SQLITE_IOERR_FSYNC` is a kind of `SQLITE_IOERR`. */
function primaryCode(error: SqliteError): string {
  return error.code.split('_').slice(0, 2).join('_');
}

function codeOf(primary: string, doing: Doing): FaultCode {
  if (doing === 'writing') return 'RECORD_FAILED';
  if (DAMAGE.includes(primary)) return 'DATA_DAMAGED';
  switch (doing) {
    case 'opening':
      return BUSY.includes(primary) ? 'DATA_IN_USE' : 'DATA_NOT_WRITABLE';
    case 'opening to read':
      return 'FILE_UNREADABLE';
    case 'reading':
      return 'DATA_DAMAGED';
    default:
      return doing satisfies never;
  }
}

/** What SQLite threw, as a fault that names the file; anything else that was thrown stays what it is. */
export function sqliteFault(thrown: unknown, doing: Doing, file: string, facts: FaultDetails = {}): unknown {
  if (!(thrown instanceof Database.SqliteError)) return thrown;
  const reason = `${thrown.code}: ${thrown.message}`;
  return new Fault(
    codeOf(primaryCode(thrown), doing),
    { ...facts, folder: dirname(file), file, reason },
    { cause: thrown },
  );
}

/**
 * True after an error that leaves it open what is on the disk. A later fsync on the same handle may succeed although the
 * kernel has dropped the page that the failed one was about, so the connection must not commit again.
 */
export function isBeyondTrust(thrown: unknown): boolean {
  if (!(thrown instanceof Database.SqliteError)) return false;
  const primary = primaryCode(thrown);
  return primary === 'SQLITE_IOERR' || DAMAGE.includes(primary);
}
