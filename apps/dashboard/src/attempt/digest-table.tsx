import type { Attempt } from '@flashline/contracts';
import { proofOf } from '../log/log-rows.ts';
import { Mark } from '../parts/mark.tsx';
import { countText } from '../words/formats.ts';

const VERDICTS = {
  equal: 'Every byte that was read back is the one that was intended.',
  differs: 'What was read back is not what was intended.',
  none: 'Nothing was read back, so nothing is proven.',
} as const;

/** What was to be on the board beside what was found there. */
export function DigestTable({ attempt }: { attempt: Attempt }) {
  const { intended, result } = attempt;
  const readback = result?.readback ?? null;
  const rows = [
    ['Bytes', countText(intended.bytes), readback === null ? null : countText(readback.bytes)],
    ['CRC-32', intended.crc32, readback?.crc32 ?? null],
    ['SHA-256', intended.sha256, readback?.sha256 ?? null],
  ] as const;
  const proof = proofOf(attempt);
  return (
    <>
      <p class="verdict" data-tone={proof === 'equal' ? 'pass' : proof === 'differs' ? 'fail' : 'empty'}>
        {result === null ? 'Nothing is proven yet.' : VERDICTS[proof]}
      </p>
      <table class="plain digests">
        <caption class="unseen">Intended and read-back digests</caption>
        <thead>
          <tr>
            <th scope="col">Digest</th>
            <th scope="col">Intended</th>
            {readback !== null && (
              <>
                <th scope="col">Read back</th>
                <th scope="col">Equal</th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, wanted, found]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="code hash" data-name="Intended">
                {wanted}
              </td>
              {found !== null && (
                <>
                  <td class="code hash" data-name="Read back">
                    {found}
                  </td>
                  <td>
                    <Comparison equal={wanted === found} />
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Comparison({ equal }: { equal: boolean }) {
  const tone = equal ? 'pass' : 'fail';
  return (
    <span class="outcome" data-tone={tone}>
      <Mark tone={tone} />
      {equal ? 'Equal' : 'Differs'}
    </span>
  );
}
