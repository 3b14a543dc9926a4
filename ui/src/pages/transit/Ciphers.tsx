import { useState } from "react";
import type { Fields, Json } from "../../api/client";
import { TextArea } from "../../components/Field";
import { t } from "../../texts";
import { BytesField, BytesShown } from "./Bytes";
import { Made } from "./Made";
import type { OfKey } from "./mount";
import { describedPath, pathOf } from "./operations";
import { OperationForm } from "./OperationForm";
import { base64Of, EMPTY, linesOf, type Payload } from "./payload";

/** The text of a field of an answer; empty where there is none. */
export function answered(answer: Fields, name: string): string {
  const value = answer[name];
  return typeof value === "string" ? value : "";
}

/** Bytes become a ciphertext. */
export function Encrypt(key: OfKey) {
  const [plaintext, setPlaintext] = useState<Payload>(EMPTY);
  return (
    <OperationForm
      {...key}
      path={pathOf(key.mount, key.name, "encrypt")}
      described={describedPath(key.mount, "encrypt")}
      own={["plaintext"]}
      binds
      submit={t("transit.encrypt")}
      body={() => {
        const encoded = base64Of(plaintext);
        return encoded === null ? null : { plaintext: encoded };
      }}
      onDone={() => setPlaintext(EMPTY)}
      result={(answer) => <Made title={t("transit.ciphertext")} text={answered(answer, "ciphertext")} version={answer["key_version"]} />}
    >
      <BytesField label={t("transit.plaintext")} description={t("transit.plaintext_hint")} value={plaintext} onChange={setPlaintext} />
    </OperationForm>
  );
}

/** A ciphertext becomes what was encrypted. */
export function Decrypt(key: OfKey) {
  const [ciphertext, setCiphertext] = useState("");
  return (
    <OperationForm
      {...key}
      path={pathOf(key.mount, key.name, "decrypt")}
      described={describedPath(key.mount, "decrypt")}
      own={["ciphertext"]}
      binds
      submit={t("transit.decrypt")}
      body={() => (ciphertext.trim() ? { ciphertext: ciphertext.trim() } : null)}
      result={(answer) => (
        <section className="stack">
          <h3>{t("transit.plaintext")}</h3>
          <BytesShown key={answered(answer, "plaintext")} base64={answered(answer, "plaintext")} name={t("transit.plaintext")} file={`${key.name}.decrypted`} />
        </section>
      )}
    >
      <TextArea label={t("transit.ciphertext")} value={ciphertext} onChange={setCiphertext} placeholder="vault:v1:…" isRequired code />
    </OperationForm>
  );
}

/** What became of one ciphertext of many. */
interface Rewrapped {
  ciphertext: string;
  error: string;
}

/** The results of a batch (pure). */
export function resultsOf(value: Json | undefined): Rewrapped[] {
  if (!Array.isArray(value)) return [];
  return value.map((each) => {
    const found = each !== null && typeof each === "object" && !Array.isArray(each) ? each : {};
    return { ciphertext: answered(found, "ciphertext"), error: answered(found, "error") };
  });
}

/** A batch of ciphertexts (pure): what stands beside a batch doesn't count, so each of them has it all. */
export function batchOf({ ciphertexts, ...all }: Fields): Fields {
  return { batch_input: (Array.isArray(ciphertexts) ? ciphertexts : []).map((ciphertext) => ({ ...all, ciphertext })) };
}

/** Ciphertexts get the newest version of the key; nobody sees what is in them. */
export function Rewrap(key: OfKey) {
  const [text, setText] = useState("");
  return (
    <OperationForm
      {...key}
      path={pathOf(key.mount, key.name, "rewrap")}
      described={describedPath(key.mount, "rewrap")}
      own={["ciphertext"]}
      binds
      submit={t("transit.rewrap")}
      body={() => {
        const lines = linesOf(text);
        return lines.length ? { ciphertexts: lines } : null;
      }}
      shape={batchOf}
      result={(answer) => <Results results={resultsOf(answer["batch_results"])} />}
    >
      <TextArea label={t("transit.ciphertexts")} description={t("transit.ciphertexts_hint")} value={text} onChange={setText} placeholder="vault:v1:…" rows={6} isRequired code />
    </OperationForm>
  );
}

function Results({ results }: { results: Rewrapped[] }) {
  const failed = results.flatMap(({ error }, index) => (error ? [{ line: index + 1, error }] : []));
  const lines = results.map(({ ciphertext }) => ciphertext);
  return (
    <>
      {failed.length > 0 && (
        <div role="alert" className="notice notice-danger">
          <div>
            <p>{t("transit.rewrap_failed", { n: failed.length })}</p>
            <ul>
              {failed.slice(0, 20).map(({ line, error }) => (
                <li key={line}>{t("transit.line_failed", { line, text: error })}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {failed.length < results.length && <Made title={t("transit.rewrapped", { n: results.length - failed.length })} text={lines.join("\n")} />}
    </>
  );
}
