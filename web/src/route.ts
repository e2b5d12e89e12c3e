import { useSyncExternalStore } from 'react';

export const SECTIONS = ['datanets', 'train', 'chat', 'rewards'] as const;
export type Section = (typeof SECTIONS)[number];

/** Where the reader is: `#/datanets/my-field` is section `datanets`, name `my-field`. */
export interface Route {
  section: Section | null;
  name: string | null;
}

/** Reads a route out of a location hash; what is unknown leads to the overview. */
export function parseRoute(hash: string): Route {
  const [section = '', name = ''] = hash.replace(/^#\/?/, '').split('/');
  const known = SECTIONS.find((candidate) => candidate === section) ?? null;
  try {
    return { section: known, name: known && name ? decodeURIComponent(name) : null };
  } catch {
    return { section: known, name: null };
  }
}

/** The hash of a place. */
export const href = (section: Section | null, name?: string): string =>
  section === null ? '#/' : `#/${section}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;

const subscribe = (changed: () => void) => {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
};

/** The current route, kept in step with the address bar. */
export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}
