import { AttemptPage } from './attempt/attempt-page.tsx';
import { BenchPage } from './bench/bench-page.tsx';
import { announcement, bench } from './live/this-bench.ts';
import { LogPage } from './log/log-page.tsx';
import { LinkBanner, SimulatedRibbon, Troubles } from './parts/banners.tsx';
import { EmptyPlace } from './parts/notice.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { route } from './router.ts';
import { SetupPage } from './setup/setup-page.tsx';

/** The whole page: what is always there, and the place the address names. */
export function App() {
  return (
    <div class="shell" data-link={bench.link.value.is} data-page={route.value.is}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="head">
        <TopBar />
        <LinkBanner />
        <SimulatedRibbon />
        <Troubles />
      </header>
      <Page />
      <p class="unseen" role="status">
        {announcement.value}
      </p>
    </div>
  );
}

function Page() {
  const where = route.value;
  switch (where.is) {
    case 'bench':
      return <BenchPage />;
    case 'station':
      return <SetupPage />;
    case 'log':
      return <LogPage query={where.query} />;
    case 'attempt':
      return <AttemptPage attemptId={where.attemptId} />;
    case 'nowhere':
      return (
        <main id="main" tabIndex={-1}>
          <h1 class="unseen">Nothing here</h1>
          <EmptyPlace title="There is nothing at this address">
            <p>
              Go to the <a href="/">bench</a> or to the <a href="/log">log</a>.
            </p>
          </EmptyPlace>
        </main>
      );
    default:
      return where satisfies never;
  }
}
