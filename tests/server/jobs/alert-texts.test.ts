/** What e-mails and webhooks call what an alert is about. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Kind } from "../../../server/domain/alert-kinds.ts";
import { alertTexts } from "../../../server/jobs/alert-texts.ts";
import type { Person } from "../../../server/store/people.ts";
import { AppInMemory } from "../app-in-memory.ts";
import { sample } from "../domain/alerts-told.ts";

const EVA = { name: "Eva" } as Person;

Deno.test("e-mails to the staff and webhooks say where a point is, to its customer if they have several", async () => {
  await using app = await AppInMemory.open();
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const home = { customerId, label: "Casa", address: "Rua das Flores 12" };
  const { id: pointId } = await app.ask("POST", "/points", home);
  const named: string[] = [];
  const texts = alertTexts({
    ...app.parts,
    meterLabel: () => Promise.resolve(undefined),
    writeMail: (items) => {
      named.push(...items.map(({ place }) => place.name));
      return { subject: "", text: "" };
    },
  });
  const alert = (kind: Kind) => ({ ...sample(kind), pointId, customerId, region: "" });
  const told = async (kind: Kind) => {
    await texts.mail([{ event: "opened", alert: alert(kind) }], EVA, false);
    return named.pop();
  };
  assertEquals(await told("dayLimit"), "Casa");
  assertEquals(await told("estimation"), "Casa, Rua das Flores 12");
  assertEquals(await told("silent"), "Casa, Rua das Flores 12");
  assertStringIncludes(
    (await texts.alert(alert("silent"))).sentence,
    "Casa, Rua das Flores 12: está sem",
  );
  await app.ask("POST", "/points", { customerId, label: "Sítio" });
  assertEquals(await told("dayLimit"), "Casa, Rua das Flores 12");
});
