import { Eye, EyeOff } from "lucide-react";
import type { Fields } from "../../api/client";
import { Button } from "../../components/Button";
import { useRevealed } from "../../components/revealed";
import { t } from "../../texts";
import { maskedOf } from "./values";

/** A secret as JSON, with its names alone until somebody asks for the values. */
export function MaskedJson({ fields }: { fields: Fields }) {
  const [isShown, setIsShown] = useRevealed();
  return (
    <>
      <pre className="code masked-json" tabIndex={0} aria-label={t("kv.as_json")}>
        {JSON.stringify(isShown ? fields : maskedOf(fields), null, 2)}
      </pre>
      <div className="row">
        <Button icon={isShown ? <EyeOff aria-hidden size={16} /> : <Eye aria-hidden size={16} />} onPress={() => setIsShown(!isShown)}>
          {t(isShown ? "kv.hide_all" : "kv.reveal_all")}
        </Button>
      </div>
    </>
  );
}
