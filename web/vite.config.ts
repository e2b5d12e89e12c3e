import { readdirSync, readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds a running node. */
const node = process.env.OPENLEDGER_URL ?? 'http://127.0.0.1:7077';
const served = ['/api', '/v1', '/rpc', '/_'];

/** Puts the licence texts of everything that reaches the browser beside it. */
function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle() {
      const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
      const texts = Object.keys(manifest.dependencies).map((name) => {
        const folder = `node_modules/${name}`;
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        return `${name}\n\n${file ? readFileSync(`${folder}/${file}`, 'utf8') : ''}`;
      });
      const escaped = texts.join('\n\n---\n\n').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      const page = `<!doctype html><meta charset="utf-8"><title>Licences</title><pre>${escaped}</pre>`;
      this.emitFile({ type: 'asset', fileName: 'licences.html', source: page });
    },
  };
}

/** Whatever a record or an answer says, nothing but our own files runs; the dev server needs inline scripts. */
function policy(): Plugin {
  const content = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'";
  return {
    name: 'policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content }, injectTo: 'head-prepend' },
    ],
  };
}

export default defineConfig({
  base: './',
  plugins: [react(), licences(), policy()],
  build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false, modulePreload: { polyfill: false } },
  server: { proxy: Object.fromEntries(served.map((path) => [path, { target: node, changeOrigin: true }])) },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
