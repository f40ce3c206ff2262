/** The demo's utility, invented: what its homes pay, and their bills until now, most of them paid. */
import type { BillingApi, CloseRun } from "./billing-api.ts";
import type { Home } from "./demo-homes.ts";

const ISSUER = {
  name: "Luz do Vale Energia",
  taxId: "12.ABC.345/01DE-35",
  address: "Avenida da Luz, 100, São Paulo, SP",
  pix: { key: "pix@demo.example", name: "Luz do Vale Energia", city: "São Paulo" },
};

/** The first of so many homes pays by the hour, so that there is something to advise. */
const BY_THE_HOUR = 5;

/** Gives the tariff of each home. */
export const setUpUtility = async (api: BillingApi): Promise<(home: number) => string> => {
  await api.setIssuer(ISSUER);
  const conventional = await api.createTariff("brazilConventional");
  const white = await api.createTariff("brazilWhite");
  return (home) => home % BY_THE_HOUR === 0 ? white : conventional;
};

/** Pays late, so that some day there is an overdue bill. */
const LATE_HOME = 3;
const openBills = (home: number): number => home === LATE_HOME ? 3 : 1;

interface Work {
  pause: () => Promise<void>;
  /** Ends it between two requests. */
  signal: AbortSignal;
}

/** A run bills some periods of each home, so the last one is that which finds no more. */
const issueAll = async (api: BillingApi, { pause, signal }: Work): Promise<void> => {
  for (let run: CloseRun | undefined; run?.invoices !== 0;) {
    run = await api.closePeriods();
    while (run.endedAt === null) {
      await pause();
      signal.throwIfAborted();
      run = await api.closeRun(run.id);
    }
  }
};

/**
 * Whatever ended before now is billed, and paid but for each home's latest. Begun again, it does
 * what is left. Gives the first home's latest invoice.
 */
export const billUntilNow = async (
  api: BillingApi,
  homes: Home[],
  work: Work,
): Promise<string | undefined> => {
  await issueAll(api, work);
  let latest: string | undefined;
  for (const [i, { pointId }] of homes.entries()) {
    const invoices = await api.invoicesOf(pointId);
    latest ??= invoices.at(0)?.id;
    for (const { id, state } of invoices.slice(openBills(i))) {
      work.signal.throwIfAborted();
      if (state === "issued" || state === "overdue") await api.payInvoice(id);
    }
  }
  return latest;
};
