/** What a password must be like. Length is what makes it strong; the rest keeps out the first guesses. */

export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 200;

/** The most common ones that are long enough, from lists of what was leaked. */
const COMMON = new Set(
  `12345678 123456789 1234567890 123123123 987654321 87654321 0123456789 12341234 11223344 1q2w3e4r
  1q2w3e4r5t 1qaz2wsx qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 asdfghjk asdfghjkl asdf1234
  zxcvbnm1 1234qwer q1w2e3r4 qazwsxedc password password1 password12 password123 passw0rd p@ssw0rd
  p@ssword iloveyou sunshine princess football baseball superman trustno1 whatever starwars letmein1
  welcome1 welcome123 admin123 admin1234 administrator changeme abcd1234 abc12345 abcdefgh abcdefg1
  a1b2c3d4 aa123456 computer internet michelle jennifer jordan23 liverpool senha123 senha1234
  minhasenha mudar123 brasil123 brasil10 flamengo palmeiras corinthians corinthians1 saopaulo
  cruzeiro botafogo gremio123 vascodagama teamo123 euteamo123 amorzinho deusefiel jesuscristo
  jesus123 familia1 estrela1 energia1 contaluz contadeluz`.split(/\s+/),
);

const ONE_CHARACTER = /^(.)\1*$/su;

/** Why a password is refused, as it goes on from the name of its field. */
export function weaknessOf(password: string, email: string): string | undefined {
  const { length } = password;
  if (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH) {
    return `must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`;
  }
  const lower = password.trim().toLowerCase();
  if (lower === email.toLowerCase()) return "must not be the e-mail address";
  if (COMMON.has(lower) || ONE_CHARACTER.test(password)) {
    return "is among the first that anyone would guess";
  }
}
