import { useSession } from "../../api/hooks";
import { CopyButton } from "../../components/Secret";
import { t } from "../../texts";
import type { Store } from "./store";
import { usesOf } from "./uses";

/** What to type or write elsewhere to get a secret; the paths of versioned secrets are easily got wrong. */
export function UsesOf({ store, path }: { store: Store; path: string }) {
  const { namespace } = useSession();
  const uses = usesOf(store, path, namespace);
  const lines = [
    { name: t("kv.use_command"), text: uses.command },
    { name: t("kv.use_request"), text: uses.request },
    ...(uses.rule && store.type !== "cubbyhole" ? [{ name: t("kv.use_rule"), text: uses.rule }] : []),
  ];
  return (
    <details>
      <summary>{t("kv.uses")}</summary>
      <dl className="facts values card">
        {lines.map(({ name, text }) => (
          <div key={name} className="fact">
            <dt>{name}</dt>
            <dd className="row">
              <code>{text}</code>
              <CopyButton text={text} label={`${t("common.copy")} ${name}`} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
