/** Valid CNPJs, by the rule for their check digits. */
const WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9];

function checkDigit(digits: string): string {
  const sum = [...digits].reverse().reduce(
    (sum, digit, i) => sum + Number(digit) * WEIGHTS[i % WEIGHTS.length],
    0,
  );
  const rest = sum % 11;
  return `${rest < 2 ? 0 : 11 - rest}`;
}

export function cnpjOf(number: number): string {
  const digits = `${String(number + 1).padStart(8, "0")}0001`;
  const first = checkDigit(digits);
  return digits + first + checkDigit(digits + first);
}
