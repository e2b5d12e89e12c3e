import type { Wei } from './api/types';

/** No-break space: a number stays beside its unit. */
const NBSP = '\u00a0';

const SCALES = [
  { unit: 'OPEN', digits: 18 },
  { unit: 'gwei', digits: 9 },
  { unit: 'wei', digits: 0 },
] as const;

/** Groups a run of digits in threes: `1234567` → `1,234,567`. */
export function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A count for people: `12,345`. */
export const count = (value: number): string => grouped(String(Math.round(value)));

/** A large number in short: `1.2M`. */
export const compact = (value: number): string =>
  new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);

/**
 * Wei in the largest unit that keeps a readable number, cut (never rounded up)
 * to `significant` digits: the page never shows more than there is.
 */
export function amount(wei: Wei, significant = 4): { value: string; unit: string } {
  const total = BigInt(wei);
  const sign = total < 0n ? '−' : '';
  const digits = (total < 0n ? -total : total).toString();
  if (digits === '0') return { value: '0', unit: 'OPEN' };
  // OPEN down to a millionth, then gwei, then wei.
  const scale = digits.length > 12 ? SCALES[0] : digits.length > 9 ? SCALES[1] : SCALES[2];
  const padded = digits.padStart(scale.digits + 1, '0');
  const whole = padded.slice(0, padded.length - scale.digits);
  const fraction = padded.slice(padded.length - scale.digits);
  const leading = /^0*/.exec(fraction)?.[0].length ?? 0;
  const keep = whole === '0' ? leading + significant : Math.max(2, significant - whole.length);
  const shown = fraction.slice(0, keep).replace(/0+$/, '');
  return { value: sign + grouped(whole) + (shown ? `.${shown}` : ''), unit: scale.unit };
}

/** `1.25 OPEN`, for places that take only text. */
export function amountText(wei: Wei, significant = 4): string {
  const { value, unit } = amount(wei, significant);
  return `${value}${NBSP}${unit}`;
}

/** Every digit: `1,250,000,000,000,000,000 wei`. */
export const exactWei = (wei: Wei): string => `${grouped(wei)}${NBSP}wei`;

/** Sum of amounts in wei. */
export const sumWei = (amounts: Wei[]): Wei => amounts.reduce((total, next) => total + BigInt(next), 0n).toString();

/** Parses `0.5` OPEN into wei; null when it is not a plain decimal amount. */
export function parseOpen(text: string): Wei | null {
  const match = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text.trim());
  if (!match) return null;
  return BigInt((match[1] ?? '0') + (match[2] ?? '').padEnd(18, '0')).toString();
}

/** Parts per million as a percentage: `31.4%`; what is not zero never reads as zero. */
export function share(ppm: number): string {
  if (ppm === 0) return '0%';
  if (ppm < 1_000) return '<0.1%';
  if (ppm > 999_000 && ppm < 1_000_000) return '>99.9%';
  const tenths = Math.round(ppm / 1_000);
  return `${(tenths / 10).toFixed(tenths % 10 === 0 ? 0 : 1)}%`;
}

/** An id short enough to read aloud; the whole id belongs in a title. */
export const shortId = (id: string): string => (id.length > 14 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id);

/** Seconds as `45 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}${NBSP}s`;
  const [minutes, rest] = [Math.floor(s / 60), s % 60];
  if (minutes < 60) return rest === 0 ? `${minutes}${NBSP}min` : `${minutes}${NBSP}min ${rest}${NBSP}s`;
  const left = minutes % 60;
  return left === 0 ? `${Math.floor(minutes / 60)}${NBSP}h` : `${Math.floor(minutes / 60)}${NBSP}h ${left}${NBSP}min`;
}

/** A unix time as a date and time of the reader's own locale. */
export function moment(time_s: number): string {
  return new Date(time_s * 1000).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A loss or another small number: four significant digits. */
export const decimal = (value: number): string => (Number.isFinite(value) ? Number(value.toPrecision(4)).toString() : '–');

/** One row of CSV, every cell quoted as RFC 4180 says; cells that a spreadsheet would run are defused. */
export function csvRow(cells: (string | number)[]): string {
  return cells
    .map((cell) => {
      const text = typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
      return `"${text.replaceAll('"', '""')}"`;
    })
    .join(',');
}
