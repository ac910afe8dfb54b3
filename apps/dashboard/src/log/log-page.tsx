import type { AttemptPage } from '@flashline/contracts';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { bench } from '../live/this-bench.ts';
import { EmptyPlace, RefusalNotice } from '../parts/notice.tsx';
import type { Answer } from '../station/request.ts';
import { fetchAttempts } from '../station/station-api.ts';
import { LogFilterBar } from './log-filter-bar.tsx';
import { attemptQuery, filtersIn, type LogFilters, logHref, matches, NO_FILTERS } from './log-filters.ts';
import { withNews } from './log-rows.ts';
import { LogTable } from './log-table.tsx';

/** How many attempts a page of the log holds. */
const PAGE_ROWS = 50;

/** The record of every attempt, newest first; the newest page is live. `query` is that of the address. */
export function LogPage({ query }: { query: string }) {
  const filters = filtersIn(query);
  const cursor = new URLSearchParams(query).get('cursor') ?? '';
  const answer = useLogPage(filters, cursor);
  return (
    <main id="main" class="log-page" tabIndex={-1}>
      <header class="page-head">
        <h1>Log</h1>
        <a class="button" href={`/api/v1/attempts.csv?${attemptQuery(filters)}`} download>
          Download CSV
        </a>
      </header>
      <LogFilterBar filters={filters} />
      {answer?.kind === 'refused' && <RefusalNotice refusal={answer.refusal} />}
      {answer?.kind === 'ok' && <Rows page={answer.value} filters={filters} cursor={cursor} />}
    </main>
  );
}

/** The page of the log that an address asks for; null until it is there. Fetched again when the station comes back. */
function useLogPage(filters: LogFilters, cursor: string): Answer<AttemptPage> | null {
  const answer = useSignal<Answer<AttemptPage> | null>(null);
  const params = attemptQuery(filters);
  params.set('limit', String(PAGE_ROWS));
  if (cursor !== '') params.set('cursor', cursor);
  const wanted = params.toString();
  const online = bench.link.value.is === 'online';
  useEffect(() => {
    if (!online) return;
    const request = new AbortController();
    void fetchAttempts(wanted, request.signal).then((got) => {
      if (!request.signal.aborted) answer.value = got;
    });
    return () => request.abort();
  }, [wanted, online]);
  return answer.value;
}

function Rows({ page, filters, cursor }: { page: AttemptPage; filters: LogFilters; cursor: string }) {
  const isNewest = cursor === '';
  const news = isNewest ? bench.recent.value.filter((attempt) => matches(attempt, filters)) : [];
  const rows = withNews(page.attempts, news, page.next !== null);
  if (rows.length === 0) return <NoRows filtered={logHref(filters) !== logHref(NO_FILTERS)} />;
  return (
    <>
      <LogTable attempts={rows} />
      <nav class="pager" aria-label="Pages of the log">
        {isNewest ? <span class="fine">The newest attempts. New ones appear by themselves.</span> : null}
        {isNewest ? null : (
          <a class="button" href={logHref(filters)}>
            Newest
          </a>
        )}
        {page.next === null ? (
          <span class="fine">There is nothing older.</span>
        ) : (
          <a class="button" href={logHref(filters, page.next)}>
            Older
          </a>
        )}
      </nav>
    </>
  );
}

function NoRows({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <EmptyPlace title="Nothing matches">
      <p>
        No attempt fits these filters. <a href="/log">Show all of them</a>.
      </p>
    </EmptyPlace>
  ) : (
    <EmptyPlace title="No attempts yet">
      <p>Every board that is flashed is recorded here. Start a work order and plug a board in.</p>
    </EmptyPlace>
  );
}
