import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/** The page works under `default-src 'self'`: nothing inline, nothing from elsewhere. */
export default defineConfig({
  plugins: [preact()],
  build: {
    target: 'es2024',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // The page takes the fault catalogue and types from the contracts: modules of schemas it does not use are left
    // out, and all of zod with them.
    rolldownOptions: {
      treeshake: { moduleSideEffects: [{ test: /[\\/]libs[\\/]contracts[\\/]src[\\/]/, sideEffects: false }] },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8470' } },
});
