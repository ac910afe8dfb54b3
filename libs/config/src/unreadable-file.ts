import { Fault } from '@flashline/contracts';

const REASONS: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/** The fault for a file that the system does not let us read: FILE_UNREADABLE with the reason in words. */
export function unreadableFile(file: string, cause: unknown): Fault {
  const { code, message } =
    cause instanceof Error ? (cause as NodeJS.ErrnoException) : { code: '', message: String(cause) };
  return new Fault('FILE_UNREADABLE', { file, reason: REASONS[code ?? ''] ?? code ?? message }, { cause });
}
