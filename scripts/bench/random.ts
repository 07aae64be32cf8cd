/** Whole numbers and choices that are the same in every run: all of them follow from a seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform whole number in [0, bound). */
  below(bound: number): number;
  /** So many hexadecimal digits. */
  hex(digits: number): string;
}

/** A stream of its own for each pair of seed and index, so that any event can be made without those before it. */
export function randomOf(seed: number, index: number): Random {
  // Two rounds of a multiplicative mix keep neighbouring indexes apart.
  let state = mix(mix(seed ^ 0x9e3779b9) ^ index);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    return (mix(state) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    hex: (digits) => {
      let text = "";
      while (text.length < digits) {
        text += Math.floor(next() * 4_294_967_296)
          .toString(16)
          .padStart(8, "0");
      }
      return text.slice(0, digits);
    },
  };
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}

/** Picks an index by weight. */
export class WeightedChoice {
  readonly #cumulative: Float64Array;

  constructor(weights: readonly number[]) {
    let sum = 0;
    this.#cumulative = Float64Array.from(weights, (weight) => (sum += weight));
  }

  /** The index for a number in [0, 1). */
  pick(uniform: number): number {
    const cumulative = this.#cumulative;
    const wanted = uniform * (cumulative.at(-1) ?? 0);
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Rank k (from 0) with a weight of 1 / (k + 1) ^ exponent: few do much, many do little. */
export function zipf(size: number, exponent: number): WeightedChoice {
  return new WeightedChoice(Array.from({ length: size }, (_, rank) => 1 / (rank + 1) ** exponent));
}
