/** Who issues the bills: set once by the utility's staff, and printed on every bill from then on. */
import type { PixReceiver } from "../domain/pix.ts";
import { done, type Result } from "../errors.ts";
import { ISSUER } from "./kinds.ts";
import { type By, type Records } from "./records.ts";

export interface IssuerRecord {
  id: typeof ISSUER_ID;
  version?: string;
  name: string;
  /** A CNPJ or CPF without punctuation. */
  taxId?: string;
  address?: string;
  phone?: string;
  /** From the day of issue. */
  paymentDays: number;
  /** Where the bills are paid to, if by Pix. */
  pix?: PixReceiver;
}

export type IssuerDetails = Omit<IssuerRecord, "id" | "version">;

export const ISSUER_ID = "issuer";

export class Issuer {
  constructor(readonly records: Records) {}

  get(): Promise<IssuerRecord | undefined> {
    return this.records.get(ISSUER, ISSUER_ID);
  }

  async set(details: IssuerDetails, by: By): Promise<Result<IssuerRecord>> {
    return await this.records.transact<IssuerRecord>(by, async (change) => {
      await change.get(ISSUER, ISSUER_ID);
      const record: IssuerRecord = { ...details, id: ISSUER_ID };
      change.put(ISSUER, record);
      return done(record);
    });
  }
}
