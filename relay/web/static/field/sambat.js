// Bikram Sambat, the calendar of Nepal. The lengths of its months cannot be computed: they come with the page.

const A_DAY = 86_400_000;
const dayNumber = (iso) => Date.parse(`${iso}T00:00:00Z`) / A_DAY;
const isoOf = (number) => new Date(number * A_DAY).toISOString().slice(0, 10);

export class Sambat {
  #first;
  #starts = []; // of each month of the table, the number of its first day; then of the day after the last

  constructor({ first, begins, published, shortest, lengths, months }) {
    this.#first = first;
    Object.assign(this, { published, months });
    let at = dayNumber(begins);
    for (const digit of lengths.join("")) {
      this.#starts.push(at);
      at += shortest + Number(digit);
    }
    this.#starts.push(at);
  }

  /** Year, month and day of a Gregorian day; null outside of the table. */
  of(iso) {
    const number = dayNumber(iso), starts = this.#starts;
    if (!(number >= starts[0] && number < starts.at(-1))) return null;
    let low = 0, high = starts.length - 1; // starts[low] <= number < starts[high]
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= number) low = middle;
      else high = middle;
    }
    return { year: this.#first + Math.floor(low / 12), month: low % 12 + 1, day: number - starts[low] + 1 };
  }

  /** The Gregorian day of a day, in ISO form; empty where there is no such day in the table. */
  iso({ year, month, day }) {
    if (![year, month, day].every(Number.isInteger) || month < 1 || month > 12) return "";
    const at = (year - this.#first) * 12 + month - 1, starts = this.#starts;
    const isThere = at >= 0 && at < starts.length - 1 && day >= 1 && day <= starts[at + 1] - starts[at];
    return isThere ? isoOf(starts[at] + day - 1) : "";
  }
}
