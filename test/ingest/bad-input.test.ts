import { expect } from "chai";
import { fixtureText } from "../support/fixture.ts";
import { BODIES, ENVELOPES, type BadInput } from "./bad-bodies.ts";
import { FIELDS, VALUES, type Field } from "./bad-fields.ts";
import { RestingPlace, type Outcome } from "./resting-place.ts";

/**
 * Bad input in every layer below the headers (which have their own tests), each with its one right answer and its one
 * place of rest: never a 5xx, never a redirect, never a crash, nothing lost.
 */
describe("bad input", () => {
  let place: RestingPlace;
  const totals = { received: 0, tracked: 0, rejected: 0, duplicates: 0 };

  const post = async (body: string | Buffer): Promise<Outcome> => {
    const outcome = await place.post(body);
    totals.tracked += outcome.tracked.length;
    totals.rejected += outcome.rejected.length;
    totals.duplicates += outcome.duplicates;
    return outcome;
  };

  before(async () => {
    place = await RestingPlace.open();
  });

  after(() => place.close());

  const describeInputs = (what: string, inputs: readonly BadInput[]): void => {
    describe(what, () => {
      for (const { title, body, status = 200, tracked = [], rejected = [] } of inputs) {
        const rest =
          status === 200
            ? `${tracked.length} tracked, ${rejected.length} rejected`
            : "left to the sender";
        it(`${title}: ${status}, ${rest}`, async () => {
          const outcome = await post(body());
          expect(outcome.status).to.equal(status);
          expect(outcome.rejected).to.deep.equal(rejected);
          expect(outcome.tracked).to.have.lengthOf(tracked.length);
          for (const [i, row] of tracked.entries()) expect(outcome.tracked[i]).to.include(row);
          expect(outcome.duplicates).to.equal(0);
        });
      }
    });
  };

  describeInputs("in the bytes of the body", BODIES);
  describeInputs("in the envelope", ENVELOPES);

  describe("in the fields of an event", () => {
    let events = 0;

    /** Posts an event that is good except for one field. */
    const postField = async (field: Field, json: string | undefined): Promise<Outcome> => {
      const id = `bad-${++events}`;
      return post(`{"events":[${field.write(json, id)}]}`);
    };

    for (const field of FIELDS) {
      it(`takes anything as ${field.name}, and sets aside only what cannot be counted`, async () => {
        for (const value of VALUES) {
          const label = `${field.name} ${value.name}`;
          const expected = field.rest(value);
          const { status, tracked, rejected, duplicates } = await postField(field, value.json);
          expect(status, label).to.equal(200);
          expect(duplicates, label).to.equal(0);
          expect(rejected, label).to.deep.equal("reason" in expected ? [expected.reason] : []);
          if ("row" in expected) {
            expect(tracked, label).to.have.lengthOf(1);
            expect(tracked[0], label).to.include(expected.row);
          } else {
            expect(tracked, label).to.deep.equal([]);
          }
        }
      });
    }
  });

  describe("after all that", () => {
    it("has met no error that nobody expected", () => {
      expect(place.app.errors).to.deep.equal([]);
    });

    it("has changed no prototype", () => {
      expect(Object.keys(Object.prototype)).to.deep.equal([]);
      expect(({} as Record<string, unknown>)["polluted"]).to.equal(undefined);
      expect(([] as unknown as Record<string, unknown>)["polluted"]).to.equal(undefined);
    });

    it("balances: every received event is tracked, rejected or a duplicate", async () => {
      const { rows } = await place.pool.query(`
        select (select sum(received)::int from ledger) as received,
               (select sum(tracked)::int from ledger) as tracked,
               (select sum(rejected)::int from ledger) as rejected,
               (select sum(duplicates)::int from ledger) as duplicates,
               (select count(*)::int from tracking_events) as rows_tracked,
               (select count(*)::int from rejected_events) as rows_rejected,
               (select sum(events)::int from event_rollups) as events_counted`);
      const { tracked, rejected, duplicates } = totals;
      expect(tracked).to.be.above(100);
      expect(rejected).to.be.above(50);
      expect(rows[0]).to.deep.equal({
        received: tracked + rejected + duplicates,
        tracked,
        rejected,
        duplicates,
        rows_tracked: tracked,
        rows_rejected: rejected,
        events_counted: tracked,
      });
    });

    it("counts a good notification as ever", async () => {
      const { status, tracked } = await post(fixtureText("distribution-2.8-push-tag"));
      expect(status).to.equal(200);
      expect(tracked[0]).to.include({ action: "push_tag", repository: "harbour/crane" });
    });
  });
});
