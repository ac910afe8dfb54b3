import { type ReadonlySignal, signal } from '@preact/signals';

/** The pages, and what each needs from the address. */
export type Route =
  | { readonly is: 'bench' }
  | { readonly is: 'station' }
  | { readonly is: 'log'; readonly query: string }
  | { readonly is: 'attempt'; readonly attemptId: string }
  | { readonly is: 'nowhere' };

/** Which page an address is. */
export function routeOf(path: string, query = ''): Route {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0) return { is: 'bench' };
  if (parts[0] === 'station' && parts.length === 1) return { is: 'station' };
  if (parts[0] !== 'log' || parts.length > 2) return { is: 'nowhere' };
  const [, attemptId] = parts;
  return attemptId === undefined ? { is: 'log', query: query.replace(/^\?/, '') } : { is: 'attempt', attemptId };
}

const here = signal<Route>({ is: 'bench' });

/** The page that is shown. */
export const route: ReadonlySignal<Route> = here;

/** Goes to an address of this page. `replace` leaves no step to come back to. */
export function navigate(href: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', href);
  arrive();
}

/** Follows links and the back button without loading the page again. */
export function followAddress(): void {
  window.addEventListener('popstate', arrive);
  document.addEventListener('click', (click) => {
    const link = click.target instanceof Element ? click.target.closest('a') : null;
    if (link === null || !staysHere(link, click)) return;
    click.preventDefault();
    navigate(link.href);
    window.scrollTo(0, 0);
  });
  arrive();
}

function arrive(): void {
  here.value = routeOf(location.pathname, location.search);
}

function staysHere(link: HTMLAnchorElement, click: MouseEvent): boolean {
  const plain = click.button === 0 && !(click.metaKey || click.ctrlKey || click.shiftKey || click.altKey);
  const { origin, pathname, hash } = new URL(link.href);
  const ours = origin === location.origin && !pathname.startsWith('/api/') && hash === '';
  return plain && ours && link.target === '' && !link.hasAttribute('download') && !click.defaultPrevented;
}
