import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { Choices, Select } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { t } from "../../texts";
import { answered } from "./Ciphers";
import { Made } from "./Made";
import type { OfKey } from "./mount";
import { describedPath, pathOf } from "./operations";
import { OperationForm } from "./OperationForm";

type Form = "plaintext" | "wrapped";

/** A key for data that stay elsewhere: encrypted by this one, and in clear for who uses it now. */
export function DataKey(key: OfKey) {
  const [wanted, setWanted] = useState<Form | null>(null);
  const [bits, setBits] = useState("256");
  const plain = pathOf(key.mount, key.name, "datakey");
  const wrapped = plain.replace("/plaintext/", "/wrapped/");
  const [mayPlain, mayWrapped] = [useMay(`update ${plain}`), useMay(`update ${wrapped}`)];
  const offered: Form[] = [...(mayPlain ? (["plaintext"] as const) : []), ...(mayWrapped ? (["wrapped"] as const) : [])];
  const form = offered.find((each) => each === wanted) ?? offered[0] ?? "plaintext";
  return (
    <OperationForm
      {...key}
      path={form === "plaintext" ? plain : wrapped}
      described={describedPath(key.mount, "datakey")}
      own={["bits"]}
      binds
      submit={t("transit.datakey_make")}
      body={() => ({ bits: Number(bits) })}
      result={(answer) => (
        <>
          <Made title={t("transit.datakey_encrypted")} text={answered(answer, "ciphertext")} version={answer["key_version"]} />
          {answered(answer, "plaintext") && (
            <section className="stack">
              <h3>{t("transit.datakey_clear")}</h3>
              <Secret value={answered(answer, "plaintext")} name={t("transit.datakey_clear")} />
              <p className="description">{t("transit.datakey_forget")}</p>
            </section>
          )}
        </>
      )}
    >
      <Choices label={t("transit.datakey_form")} value={form} onChange={(next) => setWanted(next === "wrapped" ? "wrapped" : "plaintext")} choices={offered.map((id) => ({ id, label: t(`transit.datakey_${id}`), description: t(`transit.datakey_${id}_hint`) }))} />
      <Select label={t("transit.bits")} value={bits} onChange={setBits} choices={["128", "256", "512"].map((id) => ({ id, label: id }))} />
    </OperationForm>
  );
}
