/** The folder that `npm run build` fills with the page; whoever serves it falls back to its index.html. */
export const DASHBOARD_FOLDER: URL = new URL('../dist/', import.meta.url);
