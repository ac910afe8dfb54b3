import type { Computer } from './computer.ts';

/** A line of /etc/group. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Those for whom it is a further group, not the primary one. */
  readonly members: readonly string[];
}

/** The groups of this computer, from /etc/group (group(5)); what a directory server knows is not among them. */
export async function groupsOf(computer: Computer): Promise<readonly Group[]> {
  const lines = (await computer.readText('/etc/group'))?.split('\n') ?? [];
  return lines
    .map((line) => line.split(':'))
    .filter((fields) => fields.length === 4)
    .map(([name = '', , gid, members = '']) => ({
      name,
      gid: Number(gid),
      members: members.split(',').filter((member) => member !== ''),
    }));
}

/** The primary group of a user, from /etc/passwd (passwd(5)); null when the user is not there. */
export async function primaryGroupOf(computer: Computer, user: string): Promise<number | null> {
  const lines = (await computer.readText('/etc/passwd'))?.split('\n') ?? [];
  const gid = lines.map((line) => line.split(':')).find(([name]) => name === user)?.[3];
  return gid === undefined ? null : Number(gid);
}
