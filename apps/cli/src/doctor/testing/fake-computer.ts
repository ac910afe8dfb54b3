import type { Computer, FileStatus, Ran, User } from '../computer/computer.ts';

/** A computer of a test's own: only what is said here is there. */
export interface FakeSpec {
  readonly platform?: NodeJS.Platform;
  readonly nodeVersion?: string;
  readonly user?: User;
  readonly now?: string;
  /** Files by path; folders are there by what is in them. */
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly status?: Readonly<Record<string, Partial<FileStatus>>>;
  /** Files and folders that this user may neither open nor list. */
  readonly closed?: readonly string[];
  /** What commands print, by name; they end well unless said otherwise. */
  readonly commands?: Readonly<Record<string, Partial<Ran>>>;
  readonly freeBytes?: number | null;
  readonly syncMs?: number | string;
  /** Takes down every command that was run. */
  readonly ran?: string[];
}

/** The rule file that the fake clone has. */
export const RULE = `ATTRS{idVendor}=="0483", ATTRS{idProduct}=="df11", GOTO="flashline_board"
ATTRS{idVendor}=="0483", ATTRS{idProduct}=="5740", GOTO="flashline_board"
ENV{ID_MM_DEVICE_IGNORE}="1"
`;

export const LINE: User = { name: 'line', uid: 1000, groups: [1000, 46], sudoUser: null };
export const ROOT: User = { name: 'root', uid: 0, groups: [0], sudoUser: null };

export function fakeComputer(spec: FakeSpec): Computer {
  const { files = {}, links = {}, status = {}, closed = [], commands = {}, freeBytes = 50e9 } = spec;
  const paths = [...Object.keys(files), ...Object.keys(links)];
  const isThere = (path: string) => path === '/' || paths.some((one) => one === path || one.startsWith(`${path}/`));
  return {
    platform: spec.platform ?? 'linux',
    nodeVersion: spec.nodeVersion ?? '24.21.0',
    user: spec.user ?? LINE,
    nowMs: () => Date.parse(spec.now ?? '2026-11-22T10:00:00Z'),
    readText: async (path) => (path.endsWith('/config/udev/60-flashline.rules') ? RULE : (files[path] ?? null)),
    list: async (folder) => (closed.includes(folder) || !isThere(folder) ? null : namesIn(paths, folder)),
    linkTarget: async (path) => links[path] ?? null,
    status: async (path) => (isThere(path) ? { uid: 0, gid: 46, mode: 0o20660, ...status[path] } : null),
    canReadAndWrite: async (path) => isThere(path) && !closed.includes(path),
    run: async (name, args) => {
      spec.ran?.push([name, ...args].join(' '));
      const ran = commands[name];
      return ran === undefined ? null : { exitCode: 0, stdout: '', stderr: '', ...ran };
    },
    diskSpace: async () => (freeBytes === null ? null : { freeBytes, totalBytes: 100e9 }),
    syncMs: async () => spec.syncMs ?? 1,
  };
}

function namesIn(paths: readonly string[], folder: string): readonly string[] {
  const below = paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  return [...new Set(below.map((path) => path.split('/')[0] ?? ''))].sort();
}
