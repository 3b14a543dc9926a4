import { Eye } from "lucide-react";
import { CodeEditor } from "../../components/CodeEditor";
import { Button } from "../../components/Button";
import { useRevealed } from "../../components/revealed";
import { t } from "../../texts";
import { fieldsOfJson, maskedOf } from "./values";

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** Whether values of the server are in it, which are masked at first. */
  isStored: boolean;
  isFaulty: boolean;
}

/** A secret as JSON: with its names alone until somebody asks to see and change the values. */
export function JsonInput({ value, onChange, isStored, isFaulty }: Props) {
  const [isShown, setIsShown] = useRevealed(!isStored);
  const fields = isShown ? null : fieldsOfJson(value);
  return (
    <>
      {fields ? (
        <>
          <pre className="code masked-json">{JSON.stringify(maskedOf(fields), null, 2)}</pre>
          <div className="row">
            <Button icon={<Eye aria-hidden size={16} />} onPress={() => setIsShown(true)}>
              {t("kv.reveal_to_change")}
            </Button>
          </div>
        </>
      ) : (
        <CodeEditor label={t("kv.as_json")} value={value} onChange={onChange} language="json" />
      )}
      {isFaulty && (
        <p className="notice notice-danger" role="alert">
          {t("kv.no_object")}
        </p>
      )}
    </>
  );
}
