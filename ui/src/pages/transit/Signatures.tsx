import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import { Select, TextArea } from "../../components/Field";
import { t } from "../../texts";
import { BytesField } from "./Bytes";
import { answered } from "./Ciphers";
import { Made } from "./Made";
import type { OfKey } from "./mount";
import { describedPath, pathOf, proofOf } from "./operations";
import { OperationForm } from "./OperationForm";
import { base64Of, EMPTY, type Payload } from "./payload";

/** A signature over bytes. */
export function Sign(key: OfKey) {
  const [input, setInput] = useState<Payload>(EMPTY);
  return (
    <OperationForm
      {...key}
      path={pathOf(key.mount, key.name, "sign")}
      described={describedPath(key.mount, "sign")}
      own={["input"]}
      submit={t("transit.sign")}
      body={() => bodyOf(input)}
      result={(answer) => <Made title={t("transit.signature")} text={answered(answer, "signature")} version={answer["key_version"]} />}
    >
      <BytesField label={t("transit.input")} value={input} onChange={setInput} />
    </OperationForm>
  );
}

/** A code over bytes that only holders of the key can make, and check. */
export function Mac({ operation, ...key }: OfKey & { operation: "hmac" | "cmac" }) {
  const [input, setInput] = useState<Payload>(EMPTY);
  return (
    <OperationForm
      {...key}
      path={pathOf(key.mount, key.name, operation)}
      described={describedPath(key.mount, operation)}
      own={["input"]}
      submit={t(`transit.make_${operation}`)}
      body={() => bodyOf(input)}
      result={(answer) => <Made title={t(`transit.${operation}`)} text={answered(answer, operation)} version={answer["key_version"]} />}
    >
      <BytesField label={t("transit.input")} value={input} onChange={setInput} />
    </OperationForm>
  );
}

type Proof = "signature" | "hmac" | "cmac";

/** Whether a signature or a code belongs to bytes. */
export function Verify(key: OfKey) {
  const offered: Proof[] = [...(!key.info || key.info.supports_signing ? (["signature"] as const) : []), "hmac", ...(!key.info || key.info.type.endsWith("-cmac") ? (["cmac"] as const) : [])];
  const [input, setInput] = useState<Payload>(EMPTY);
  const [proof, setProof] = useState<Proof>(offered[0] ?? "hmac");
  const [text, setText] = useState("");
  return (
    <OperationForm
      {...key}
      path={pathOf(key.mount, key.name, "verify")}
      described={describedPath(key.mount, "verify")}
      own={["input", "signature", "hmac", "cmac"]}
      submit={t("transit.verify")}
      body={() => {
        const made = bodyOf(input);
        return made && text.trim() !== "" ? { ...made, ...proofOf(proof, text) } : null;
      }}
      result={(answer) => <Verdict isValid={answer["valid"] === true} />}
    >
      <BytesField label={t("transit.input")} value={input} onChange={setInput} />
      {offered.length > 1 && <Select label={t("transit.proof")} value={proof} onChange={(next) => setProof(offered.find((each) => each === next) ?? "hmac")} choices={offered.map((id) => ({ id, label: t(`transit.${id}`) }))} />}
      <TextArea label={t(`transit.${proof}`)} value={text} onChange={setText} placeholder="vault:v1:…" isRequired code />
    </OperationForm>
  );
}

function Verdict({ isValid }: { isValid: boolean }) {
  return (
    <p className={`notice notice-${isValid ? "good" : "danger"}`} data-valid={isValid}>
      {isValid ? <CircleCheck aria-hidden size={20} /> : <CircleX aria-hidden size={20} />}
      {t(isValid ? "transit.valid" : "transit.not_valid")}
    </p>
  );
}

function bodyOf(input: Payload) {
  const encoded = base64Of(input);
  return encoded === null ? null : { input: encoded };
}
