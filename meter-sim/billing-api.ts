/** The part of the server's API that billing the demo's homes takes. */
import { type ApiParts, createAsk } from "./ask.ts";

export interface NewIssuer {
  name: string;
  taxId: string;
  address: string;
  pix: { key: string; name: string; city: string };
}

export type Preset = "brazilConventional" | "brazilWhite";

export interface ListedInvoice {
  id: string;
  state: "issued" | "paid" | "overdue" | "credited";
}

export interface CloseRun {
  id: string;
  /** Null while it goes on. */
  endedAt: string | null;
  /** How many it has issued. */
  invoices: number;
}

export interface BillingApi {
  setIssuer(issuer: NewIssuer): Promise<void>;
  /** Gives the id of what it entered. */
  createTariff(preset: Preset): Promise<string>;
  /** Begins to bill what is due. */
  closePeriods(): Promise<CloseRun>;
  closeRun(id: string): Promise<CloseRun>;
  /** The latest first. */
  invoicesOf(pointId: string): Promise<ListedInvoice[]>;
  /** Records that the whole was paid today. */
  payInvoice(id: string): Promise<void>;
}

export const createBillingApi = (parts: ApiParts): BillingApi => {
  const ask = createAsk(parts);
  return {
    setIssuer: async (issuer) => {
      await ask("say who issues the bills", "/issuer", issuer, "PUT");
    },
    createTariff: async (preset) => (await ask("enter a tariff", "/tariffs", { preset })).id,
    closePeriods: () => ask("bill what is due", "/close-runs", {}),
    closeRun: (id) => ask("bill what is due", `/close-runs/${id}`),
    invoicesOf: async (pointId) =>
      (await ask("list invoices", `/points/${pointId}/invoices?limit=100`)).items,
    payInvoice: async (id) => {
      await ask("record a payment", `/invoices/${id}/pay`, {});
    },
  };
};
