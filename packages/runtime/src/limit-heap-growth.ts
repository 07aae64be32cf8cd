import { setFlagsFromString } from "node:v8";

/**
 * Lets the garbage collector clean the heap up when it has grown by so much over what was alive at the last time. V8's
 * own measure is the machine's memory: on a large one the heap grows to four times what is alive before it looks, and
 * the process is as large as its limit in the cluster allows. Call it before the heap has grown.
 *
 * @param percent of what is alive
 */
export function limitHeapGrowth(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
