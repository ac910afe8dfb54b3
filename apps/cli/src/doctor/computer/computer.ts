/** Who runs this process. On Windows there are no numbers. */
export interface User {
  readonly name: string;
  readonly uid: number | null;
  /** The groups of this process, its primary one included: a login that is older than a membership does not have it. */
  readonly groups: readonly number[];
  /** Who called `sudo`, if that is how this process became root. */
  readonly sudoUser: string | null;
}

/** Owner, group and permission bits of a file. */
export interface FileStatus {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** How a command ended. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The file system below a folder. */
interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What the checks may know of the computer they run on. Nothing here throws, waits for ever or has no limit. */
export interface Computer {
  readonly platform: NodeJS.Platform;
  readonly nodeVersion: string;
  readonly user: User;
  readonly nowMs: () => number;
  /** The beginning of a file, a megabyte at most; null when it is not there or may not be read. */
  readText(path: string): Promise<string | null>;
  /** The names in a folder, sorted; null when it is not there or may not be read. */
  list(folder: string): Promise<readonly string[] | null>;
  /** Where a symbolic link points, as it is written; null when there is none. */
  linkTarget(path: string): Promise<string | null>;
  /** Null when there is no such file. */
  status(path: string): Promise<FileStatus | null>;
  /** Whether this process may read and write it: access(2), so access control lists count. */
  canReadAndWrite(path: string): Promise<boolean>;
  /** Runs a command for a few seconds at most; null when there is no such command or it took too long. */
  run(command: string, args: readonly string[]): Promise<Ran | null>;
  /** Null when the system does not tell. */
  diskSpace(folder: string): Promise<DiskSpace | null>;
  /** How long it takes to put a small file there into safety, in milliseconds; the error code when that fails. */
  syncMs(folder: string): Promise<number | string>;
}
