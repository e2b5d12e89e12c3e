/** Why a record earned nothing, by the receipt's code. */
const REASONS: Record<string, string> = {
  not_significant: 'Its influence does not stand out from chance',
  negative: 'Training on it moved the model away from this answer',
  copy: 'A copy: the earliest original is paid instead',
  tail: 'Its influence is too small beside the records that are paid',
  no_lift: 'The adapter made this answer no likelier than the base model did',
};

/** A reason in words; null for a record that is paid. */
export function reasonWords(code: string | null | undefined): string | null {
  if (!code || code === 'paid') return null;
  return REASONS[code] ?? code.replaceAll('_', ' ');
}
