/**
 * Exponential moving average of a noisy curve, corrected for its start as in
 * Adam (Kingma and Ba 2014, section 3): the first value is the first point.
 * What is missing stays missing and weighs nothing.
 */
export function smoothed(values: (number | null | undefined)[], weight = 0.9): (number | null)[] {
  let sum = 0;
  let norm = 0;
  return values.map((value) => {
    if (value == null || !Number.isFinite(value)) return null;
    sum = weight * sum + (1 - weight) * value;
    norm = weight * norm + (1 - weight);
    return sum / norm;
  });
}
