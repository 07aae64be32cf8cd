import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

/** A certificate with its key, both in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** Tags of ASN.1's distinguished encoding (X.690), the few that a certificate needs. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  ipAddress: 0x87,
  version: 0xa0,
  extensions: 0xa3,
} as const;

/** Object identifiers, encoded. */
const ID = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  subjectAlternativeName: "551d11",
  basicConstraints: "551d13",
} as const;

/**
 * Makes a certificate for 127.0.0.1, valid for an hour around now. Without an issuer it signs itself and may sign others.
 * Written by hand because Node reads certificates and makes none, and `openssl` is not on every machine.
 */
export function makeCertificate(name: string, issuer?: Certificate): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = sequence(id("ecdsaWithSha256"));
  const content = sequence(
    value("version", integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer?.name ?? name),
    sequence(time(-30), time(30)),
    nameOf(name),
    publicKey.export({ type: "spki", format: "der" }),
    value(
      "extensions",
      sequence(
        extension("subjectAlternativeName", value("ipAddress", Buffer.from([127, 0, 0, 1]))),
        ...(issuer === undefined
          ? [extension("basicConstraints", value("boolean", Buffer.from([0xff])))]
          : []),
      ),
    ),
  );
  const signature = sign("sha256", content, issuer?.privateKey ?? privateKey);
  const certificate = sequence(content, algorithm, bits(signature));
  const lines = certificate.toString("base64").replaceAll(/.{64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    name,
    privateKey,
  };
}

function value(tag: keyof typeof TAG, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const head =
    body.length < 0x80
      ? [TAG[tag], body.length]
      : [TAG[tag], 0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}

function sequence(...content: readonly Uint8Array[]): Buffer {
  return value("sequence", ...content);
}

function integer(bytes: Buffer): Buffer {
  return value("integer", bytes);
}

function id(name: keyof typeof ID): Buffer {
  return value("objectId", Buffer.from(ID[name], "hex"));
}

/** A string of whole bytes: no bit of the last one is unused. */
function bits(bytes: Buffer): Buffer {
  return value("bitString", Buffer.from([0]), bytes);
}

function nameOf(commonName: string): Buffer {
  return sequence(
    value("set", sequence(id("commonName"), value("utf8String", Buffer.from(commonName)))),
  );
}

function time(minutesFromNow: number): Buffer {
  const date = new Date(Date.now() + minutesFromNow * 60_000).toISOString();
  return value("generalizedTime", Buffer.from(`${date.slice(0, 19).replaceAll(/[-:T]/g, "")}Z`));
}

function extension(name: keyof typeof ID, content: Buffer): Buffer {
  return sequence(id(name), value("octetString", sequence(content)));
}
