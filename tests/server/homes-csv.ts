/** A file of homes to import: a customer each, with a point and a meter. */
import { cnpjOf } from "./cnpj.ts";

export const homesCsv = (count: number): string =>
  [
    "customer,taxId,email,point,pointCode,meter",
    ...Array.from({ length: count }, (_, i) =>
      `Customer ${i} of the street,${cnpjOf(i)},c${i}@example.com,Home ${i},UC-${i},M-${i}`),
  ].join("\n");
