/** Python's text of a float. JavaScript finds the same shortest digits, but writes them in another form. */

/** Exponents from which Python writes a power of ten. */
const SMALLEST_PLAIN = -4;
const LARGEST_PLAIN = 15;

/** Python's repr of a float: `1.0`, `1e-07`, `1e+16`, `inf`, `nan`. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', exponent = '0'] = Math.abs(value)
    .toExponential()
    .split('e');
  const digits = mantissa.replace('.', '');
  const power = Number(exponent);
  if (power < SMALLEST_PLAIN || power > LARGEST_PLAIN)
    return `${sign}${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0');
  return `${sign}${whole}.${digits.slice(power + 1) || '0'}`;
}
