import type { FaultCode, Problem } from '@flashline/contracts';

/** Why the station did not do what was asked, in words for the person who asked. */
export interface Refusal {
  /** Null when no answer came at all. */
  readonly code: FaultCode | null;
  readonly says: string;
  readonly action: string;
  /** The fields that are wrong, one line each. */
  readonly lines: readonly string[];
}

/** An answer of the station. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const UNREACHABLE: Refusal = {
  code: null,
  says: 'The station did not answer.',
  action: 'Check that it runs, then try again.',
  lines: [],
};

/** Asks the station for something below `/api/v1`. Never rejects: no answer is an answer too. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  try {
    const response = await fetch(`/api/v1${path}`, { cache: 'no-store', ...init });
    const body: unknown = await response.json();
    if (response.ok) return { kind: 'ok', value: body as T };
    return { kind: 'refused', refusal: refusalOf(body as Problem) };
  } catch {
    return { kind: 'refused', refusal: UNREACHABLE };
  }
}

/** Sends JSON to the station. */
export function send<T>(path: string, body: unknown, method: 'POST' | 'PUT' = 'POST'): Promise<Answer<T>> {
  const headers = { 'content-type': 'application/json' };
  return ask<T>(path, { method, headers, body: JSON.stringify(body) });
}

function refusalOf(problem: Problem): Refusal {
  const lines = (problem.errors ?? []).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return {
    code: problem.code,
    says: problem.title,
    action: problem.action,
    lines: problem.detail === undefined ? lines : [problem.detail, ...lines],
  };
}
