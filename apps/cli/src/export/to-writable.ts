import { Writable } from "node:stream";
import type { Output } from "../surroundings.ts";

/** The process's stdout as a stream that others can wait for. */
export function toWritable(output: Output): Writable {
  if (output instanceof Writable) return output;
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      output.write(chunk.toString());
      done();
    },
  });
}
