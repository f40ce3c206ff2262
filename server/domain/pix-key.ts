/** The keys by which Pix knows an account, told apart by how they are written. */
import { parseTaxId } from "./tax-id.ts";

export type PixKeyKind = "cpf" | "cnpj" | "email" | "phone" | "random";

/** In the form in which the code holds it. */
export type PixKey = { ok: true; kind: PixKeyKind; key: string } | { ok: false; fault: string };

const MAX_E_MAIL = 77;
const E_MAIL = /^[a-z0-9.!#$&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/;
/** Area code, then eight digits, or nine that begin with 9. */
const PHONE = /^\+55[1-9][1-9](9\d{8}|[2-5]\d{7})$/;
const RANDOM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX_AND_DASHES = /^[0-9a-f-]{28,40}$/;

const refused = (fault: string): PixKey => ({ ok: false, fault });

export function parsePixKey(typed: string): PixKey {
  const text = typed.trim();
  const lower = text.toLowerCase();
  if (text === "") return refused("must be a CPF, CNPJ, e-mail, phone or random key");
  if (text.startsWith("+")) return phoneKey(text.replace(/[\s().-]/g, ""));
  if (text.includes("@")) return eMailKey(lower);
  if (RANDOM.test(lower)) return { ok: true, kind: "random", key: lower };
  if (HEX_AND_DASHES.test(lower)) {
    return refused("looks like a random key, which has 8, 4, 4, 4 and 12 characters with dashes");
  }
  return taxIdKey(text);
}

function phoneKey(phone: string): PixKey {
  if (PHONE.test(phone)) return { ok: true, kind: "phone", key: phone };
  return refused("must be a phone like +5521999991234: +55, area code, 8 or 9 digits");
}

function eMailKey(address: string): PixKey {
  if (address.length > MAX_E_MAIL) return refused("must be an e-mail with up to 77 characters");
  if (!E_MAIL.test(address)) return refused("must be an e-mail like contas@exemplo.com.br");
  return { ok: true, kind: "email", key: address };
}

function taxIdKey(text: string): PixKey {
  const parsed = parseTaxId(text);
  if (parsed.ok) return { ok: true, kind: parsed.kind, key: parsed.digits };
  const places = text.replace(/[\s.\-/]/g, "");
  const isTaxId = /^(\d{11}|[0-9A-Za-z]{12}\d{2})$/.test(places);
  if (isTaxId) return refused(`is taken for a CPF or CNPJ, and ${parsed.fault}; a phone needs +55`);
  return refused("must be a CPF, CNPJ, e-mail, phone with +55 or random key");
}
