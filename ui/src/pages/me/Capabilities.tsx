import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiError } from "../../api/errors";
import { useSession } from "../../api/hooks";
import { ownCapabilities, ownPlace } from "../../api/own";
import { link, useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { TextArea } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { pathsIn } from "./self";

/** What the user may do with paths; those that are asked for are in the address. */
export function Capabilities() {
  const asked = useParam("paths");
  const [text, setText] = useState(asked);
  const navigate = useNavigate();
  const paths = pathsIn(asked);
  const { token, home, namespace } = useSession();
  const isHome = ownPlace(home, namespace).prefix === ""; // elsewhere it is asked there
  const found = useQuery<Record<string, string[]>, ApiError>({
    queryKey: ["capabilities", token, namespace, paths],
    queryFn: () => ownCapabilities(paths),
    enabled: paths.length > 0,
  });
  return (
    <>
      <SubmitForm onSubmit={() => navigate(link("/me", { tab: "capabilities", paths: pathsIn(text).join("\n") }))}>
        <TextArea label={t("me.paths")} description={t("me.paths_hint")} value={text} onChange={setText} placeholder="secret/data/app" rows={3} isRequired code />
        <div className="row">
          <Button type="submit" look="primary" isDisabled={pathsIn(text).length === 0} {...(isHome && { needs: "update sys/capabilities-self" })}>
            {t("me.ask")}
          </Button>
        </div>
      </SubmitForm>
      {paths.length > 0 && <Loaded of={found}>{(answer) => <Found paths={paths} answer={answer} />}</Loaded>}
    </>
  );
}

function Found({ paths, answer }: { paths: string[]; answer: Record<string, string[]> }) {
  return (
    <DataTable
      label={t("me.capabilities")}
      rows={paths.map((path) => ({ path, may: answer[path] ?? [] }))}
      idOf={({ path }) => path}
      columns={[
        { id: "path", title: t("me.path"), order: ({ path }) => path, cell: ({ path }) => <span className="code">{path}</span> },
        { id: "may", title: t("me.may"), cell: ({ may }) => <May may={may} /> },
        {
          id: "why",
          title: t("me.why"),
          cell: ({ path }) => (
            <LinkButton to={link("/policies/why", { path, operation: "read" })} needs="update sys/policies/explain-self">
              {t("me.explain")}
            </LinkButton>
          ),
        },
      ]}
      empty={<Empty title={t("common.none")} />}
    />
  );
}

function May({ may }: { may: string[] }) {
  return (
    <span className="row">
      {may.map((each) => (
        <span key={each} className={each === "deny" ? "badge badge-danger" : "badge badge-good"}>
          {each}
        </span>
      ))}
    </span>
  );
}
