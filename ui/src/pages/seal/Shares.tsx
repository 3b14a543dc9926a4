import { type ReactNode, useState } from "react";
import type { Need } from "../../api/capabilities";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Progress } from "../../components/Progress";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";

interface Props<R> {
  /** Whose shares are asked for. */
  label: string;
  progress: number;
  required: number;
  needs: Need;
  give: (share: string) => Promise<R>;
  onAnswer: (answer: R) => void;
  children?: ReactNode;
}

/** Takes shares one by one.  Each is forgotten as soon as the server has it. */
export function Shares<R>({ label, progress, required, needs, give, onAnswer, children }: Props<R>) {
  const [share, setShare] = useState("");
  const enter = useChange(
    () => give(share.trim()),
    (answer) => {
      setShare("");
      onAnswer(answer);
    },
  );
  return (
    <SubmitForm className="stack" onSubmit={() => enter.mutate(undefined)}>
      <Progress label={t("seal.given")} value={progress} most={required} />
      <TextField label={label} description={t("seal.share_hint")} type="password" value={share} onChange={setShare} isRequired />
      {enter.error && <Failure error={enter.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={enter.isPending} isDisabled={share.trim() === ""} needs={needs}>
          {t("seal.enter")}
        </Button>
        {children}
      </div>
    </SubmitForm>
  );
}
