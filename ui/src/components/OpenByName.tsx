import { useState } from "react";
import { useNavigate } from "../app/location";
import { t } from "../texts";
import { Button } from "./Button";
import { TextField } from "./Field";
import { SubmitForm } from "./SubmitForm";

/** The way to something by its name: where a list is forbidden, or too long. */
export function OpenByName({ label, description, to }: { label: string; description?: string; to: (name: string) => string }) {
  const [name, setName] = useState("");
  const navigate = useNavigate();
  return (
    <SubmitForm
      onSubmit={() => {
        if (name.trim() !== "") navigate(to(name.trim()));
      }}
    >
      <TextField label={label} description={description} value={name} onChange={setName} code />
      <div className="row">
        <Button type="submit" isDisabled={name.trim() === ""}>
          {t("widgets.open")}
        </Button>
      </div>
    </SubmitForm>
  );
}
