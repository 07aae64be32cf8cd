import { parse } from "node:querystring";
import { expect } from "chai";
import { z } from "zod";
import { ParameterError, type ParameterFault } from "./errors.ts";
import { LIMIT, readParameters, REGISTRY, TEXT } from "./parameters.ts";

const SCHEMA = z.object({ registry: REGISTRY, search: TEXT.optional(), limit: LIMIT });

const read = (query: string) => readParameters(SCHEMA, parse(query));

function faultsOf(query: string): readonly ParameterFault[] {
  try {
    read(query);
  } catch (error) {
    if (error instanceof ParameterError) return error.faults;
    throw error;
  }
  return [];
}

describe("parameters", () => {
  it("take their defaults when absent or empty", () => {
    expect(read("")).to.deep.equal({ limit: 100 });
    expect(read("registry=&limit=")).to.deep.equal({ limit: 100 });
  });

  it("are refused all at once, each with what is allowed", () => {
    expect(faultsOf("registry=Dock!&limit=1001&search=%00&colour=red")).to.have.deep.members([
      {
        parameter: "registry",
        detail: 'must be the label of a registry: lower-case letters, digits, ".", "_" and "-"',
      },
      { parameter: "search", detail: "must not hold a NUL character" },
      { parameter: "limit", detail: "must be a whole number from 1 to 1000" },
      { parameter: "colour", detail: "is unknown; known are registry, search, limit" },
    ]);
  });

  it("must be given once", () => {
    const detail = "must be given once";
    expect(faultsOf("limit=1&limit=2")).to.deep.equal([{ parameter: "limit", detail }]);
  });

  it("named like parts of JavaScript objects are as unknown as others", () => {
    expect(faultsOf("__proto__=1&constructor=2").map(({ parameter }) => parameter)).to.deep.equal([
      "__proto__",
      "constructor",
    ]);
  });

  for (const limit of ["0", "-1", "1.5", "1e2", "0x10", " 5", "99999"]) {
    it(`hold no limit of ${JSON.stringify(limit)}`, () => {
      expect(faultsOf(`limit=${limit}`)).to.have.length(1);
    });
  }
});
