import { useState } from "react";
import { base64OfText } from "../../api/base64";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Select, TextArea } from "../../components/Field";
import { CopyButton } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";

const ALGORITHMS = ["sha2-256", "sha2-224", "sha2-384", "sha2-512", "sha3-224", "sha3-256", "sha3-384", "sha3-512"];

/** The digest of a text. */
export function Hash() {
  const [text, setText] = useState("");
  const [algorithm, setAlgorithm] = useState(ALGORITHMS[0] as string);
  const [format, setFormat] = useState("hex");
  const make = useChange(() => write<{ sum: string }>("sys/tools/hash", { input: base64OfText(text), algorithm, format }));
  return (
    <SubmitForm className="stack" onSubmit={() => make.mutate(undefined)}>
      <TextArea label={t("tools.text")} value={text} onChange={setText} code />
      <Select label={t("tools.algorithm")} value={algorithm} onChange={setAlgorithm} choices={ALGORITHMS.map((id) => ({ id, label: id }))} />
      <Select label={t("tools.format")} value={format} onChange={setFormat} choices={["hex", "base64"].map((id) => ({ id, label: id }))} />
      {make.error && <Failure error={make.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={make.isPending} needs="update sys/tools/hash">
          {t("tools.hash")}
        </Button>
      </div>
      {make.data && (
        <p className="row">
          <output className="code">{make.data.sum}</output>
          <CopyButton text={make.data.sum} />
        </p>
      )}
    </SubmitForm>
  );
}
